import MartletDomain
import Testing

/// Freezes and frequencies: what the calendar says.
struct CalendarRuleTests {
    private func time(_ text: String) throws -> Int64 { try Instant(text).microseconds / 1_000 }

    @Test func `A freeze holds from its beginning to before its end, in its own time zone`() throws {
        let from = try #require(FreezeWindow.LocalTime("2026-12-20T18:00", isEnd: false))
        let to = try #require(FreezeWindow.LocalTime("2027-01-03", isEnd: true))
        let freeze = FreezeWindow(name: "year end", .once(from: from, to: to), timeZone: "Europe/Berlin")
        for (text, isFrozen) in [
            ("2026-12-20T16:59:59Z", false), ("2026-12-20T17:00:00Z", true), ("2026-12-31T12:00:00Z", true),
            ("2027-01-03T22:59:59Z", true), ("2027-01-03T23:00:00Z", false),
        ] {
            #expect(freeze.contains(try time(text)) == isFrozen, "\(text)")
        }
    }

    @Test func `A freeze of each year may reach into the next`() throws {
        let from = try #require(FreezeWindow.MonthDay("12-20"))
        let to = try #require(FreezeWindow.MonthDay("01-02"))
        let freeze = FreezeWindow(name: "year end", .yearly(from: from, to: to))
        for (text, isFrozen) in [
            ("2026-12-19T23:59:59Z", false), ("2026-12-20", true), ("2027-01-02T23:59:59Z", true),
            ("2027-01-03", false), ("2031-12-25", true),
        ] {
            #expect(freeze.contains(try time(text)) == isFrozen, "\(text)")
        }
    }

    @Test func `A freeze of weekdays follows the local day, and a zone that is not known freezes always`() throws {
        let weekend = FreezeWindow(name: "weekend", .weekly([1, 7]), timeZone: "Pacific/Auckland")
        // Friday 13:00 in UTC is Saturday in New Zealand.
        #expect(weekend.contains(try time("2026-05-15T13:00:00Z")))
        #expect(!weekend.contains(try time("2026-05-15T11:00:00Z")))
        #expect(FreezeWindow(name: "x", .weekly([]), timeZone: "Nowhere/Town").contains(0))
    }

    @Test(arguments: [
        ("daily", "2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z"),
        ("monthly", "2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z"),
        ("P1Y", "2024-02-29T00:00:00Z", "2025-02-28T00:00:00Z"), ("PT12H", "2026-03-01", "2026-03-01T12:00:00Z"),
        ("0 6 * * 1", "2026-03-01T10:00:00Z", "2026-03-02T06:00:00Z"),
        ("0 6 * * 1", "2026-03-02T06:00:00Z", "2026-03-09T06:00:00Z"),
        ("*/15 8-9 * * *", "2026-03-02T09:50:00Z", "2026-03-03T08:00:00Z"),
        ("30 0 31 * *", "2026-04-01", "2026-05-31T00:30:00Z"),
        ("0 0 29 2 *", "2026-03-01", "2028-02-29T00:00:00Z"),
        ("0 0 13 * 5", "2026-03-01", "2026-03-06T00:00:00Z"), ("5,10 * * * *", "2026-03-01", "2026-03-01T00:05:00Z"),
    ])
    func `A look is due when the frequency says`(frequency: String, last: String, due: String) throws {
        let found = try #require(CheckFrequency(rawValue: frequency))
        #expect(found.due(after: try time(last)) == (try time(due)))
    }

    @Test(arguments: [
        "", "hourly", "P", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "*/0 * * * *", "5-1 * * * *",
        "0 0 30 2 *", "a * * * *", "* * * * 8", "1,,2 * * * *",
    ])
    func `What is no frequency, or never comes, is refused`(text: String) {
        #expect(CheckFrequency(rawValue: text) == nil)
    }

    @Test(arguments: ["daily", "weekly", "monthly", "P7D", "PT43200S", "P3M", "0 6 * * 1-5"])
    func `A frequency is written as it is read`(text: String) throws {
        #expect(try #require(CheckFrequency(rawValue: text)).rawValue == text)
    }
}
