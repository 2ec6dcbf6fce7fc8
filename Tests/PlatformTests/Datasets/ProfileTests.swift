import Foundation
import MartletDomain
import Platform
import TestKit
import Testing

struct ProfileTests {
    /// The profile of what a SELECT gives.
    private func profile(_ sql: String, columns: [String]? = nil) async throws -> DatasetProfile {
        try await withWorkspace { platform in
            let name = try TableName("shop.odd")
            let written = try await platform.datasets.write(
                name, .overwrite, selecting: sql, operation: .derived, by: .anyone)
            let profile = try await platform.datasets.profile(name, columns: columns)
            #expect(profile.table == written.table && profile.written == written)
            // What is sent is what is read.
            #expect(try JSONDecoder().decode(DatasetProfile.self, from: JSONEncoder().encode(profile)) == profile)
            return profile
        }
    }

    private func column(_ sql: String) async throws -> ColumnProfile {
        try #require(try await profile(sql).columns.first)
    }

    @Test func `Numbers have the moments and quantiles that one finds by hand`() async throws {
        let found = try await column("SELECT unnest([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0, NULL]::DOUBLE[]) AS x")
        #expect((found.nulls, found.distinct, found.distinctIsExact) == (1, 5, true))
        #expect((found.least, found.greatest, found.mean) == (.whole(2), .whole(9), 5))
        #expect(abs((found.standardDeviation ?? 0) - (32.0 / 7).squareRoot()) < 1e-14)
        #expect(found.quantile(0.5) == .number(4.5) && found.quantile(0.25) == .whole(4))
        #expect(found.quantile(0.75) == .number(5.5))
        let histogram = try #require(found.histogram)
        #expect(histogram.counts.count == 20 && histogram.edges.first == 2 && histogram.edges.last == 9)
        #expect(histogram.counts.reduce(0, +) == 8 && histogram.counts[0] == 1 && histogram.counts[19] == 1)
        #expect((histogram.below, histogram.above) == (0, 0) && found.topValues.isEmpty)
    }

    @Test func `NaN and the infinities are counted, and kept out of everything else`() async throws {
        for type in ["FLOAT", "DOUBLE"] {
            let found = try await column(
                "SELECT unnest(['nan', 'nan', 'inf', '-inf', '1.5', '2.5', NULL]::\(type)[]) AS x")
            #expect((found.notANumber, found.infinite, found.nulls, found.distinct) == (2, 2, 1, 5))
            #expect((found.least, found.greatest) == (.number(1.5), .number(2.5)))
            #expect(found.mean == 2 && found.histogram?.counts.reduce(0, +) == 2)
            let none = try await column("SELECT unnest(['nan', 'inf']::\(type)[]) AS x")
            #expect(none.least == nil && none.mean == nil && none.histogram == nil && none.quantiles.isEmpty)
        }
    }

    @Test func `Numbers at the ends of a double's range have finite moments`() async throws {
        let found = try await column("SELECT unnest([1.7e308, 1.7e308, -1.7e308, -1.7e308]::DOUBLE[]) AS x")
        #expect(abs(found.mean ?? 1) < 1e293 && found.histogram?.counts.reduce(0, +) == 4)
        let large = try await column("SELECT unnest([1e200, 3e200]::DOUBLE[]) AS x")
        #expect(large.mean == 2e200 && abs((large.standardDeviation ?? 0) / 2e200.squareRoot() / 1e100 - 1) < 1e-12)
        // Beside a large mean a small spread is not lost.
        let near = try await column("SELECT 1e9 + (i % 2) AS x FROM range(10) AS t(i)")
        #expect(abs((near.standardDeviation ?? 0) - (10.0 / 36).squareRoot()) < 1e-12)
        let same = try await column("SELECT 0.1::DOUBLE AS x FROM range(10)")
        #expect(same.mean == 0.1 && same.standardDeviation == 0 && same.histogram?.counts == [10])
    }

    @Test func `A column of nothing but nulls, a table without rows and a single value have profiles`() async throws {
        let types = [
            "BOOLEAN", "TINYINT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL(38, 10)", "VARCHAR", "BLOB", "DATE",
            "TIMESTAMPTZ",
        ]
        for rows in [0, 3] {
            let list = types.enumerated().map { "NULL::\($1) AS c\($0)" }.joined(separator: ", ")
            let found = try await profile("SELECT \(list) FROM range(\(rows))")
            #expect(found.rows == Int64(rows) && found.columns.count == types.count)
            for column in found.columns {
                #expect(column.nulls == Int64(rows) && column.distinct == 0 && column.least == nil, "\(column)")
                #expect(column.histogram == nil && column.topValues.isEmpty && column.mean == nil, "\(column)")
            }
        }
        let one = try await column("SELECT 7 AS x")
        #expect(one.least == .whole(7) && one.mean == 7 && one.standardDeviation == nil)
        #expect(one.quantiles.allSatisfy { $0.value == .whole(7) } && one.histogram?.counts == [1])
    }

    @Test func `Long decimals and whole numbers are told to the last digit`() async throws {
        let digits = "99999999999999999999999999999999999999"
        let found = try await column("SELECT unnest(['-\(digits)', '\(digits)', '1']::DECIMAL(38, 0)[]) AS x")
        #expect(found.least == .text("-" + digits) && found.greatest == .text(digits) && found.distinct == 3)
        let long = try await column("SELECT unnest([9223372036854775807, -9223372036854775807]) AS x")
        #expect(long.greatest == .whole(.max) && long.least == .whole(-.max))
        let fine = try await column("SELECT unnest(['0.10', '0.20']::DECIMAL(10, 2)[]) AS x")
        #expect(fine.least == .text("0.10") && abs((fine.mean ?? 0) - 0.15) < 1e-16)
    }

    @Test func `Dates and times are told as such, and their quantiles occur`() async throws {
        let found = try await profile(
            """
            SELECT DATE '2013-01-01' + i::INTEGER AS day,
            TIMESTAMPTZ '2013-01-01 00:00:00.123456+00' + INTERVAL (i) HOUR AS hour FROM range(101) AS t(i)
            """)
        let (day, hour) = (found.columns[0], found.columns[1])
        #expect(day.least == .text("2013-01-01") && day.greatest == .text("2013-04-11"))
        #expect(day.quantile(0.5) == .text("2013-02-20") && day.histogram?.counts.reduce(0, +) == 101)
        #expect(hour.least == .text("2013-01-01T00:00:00.123456Z"))
        #expect(hour.quantile(0.5) == .text("2013-01-03T02:00:00.123456Z"))
        let old = try await column("SELECT unnest([DATE '0001-01-01', DATE '9999-12-31', DATE '1969-12-31']) AS x")
        #expect(old.least == .text("0001-01-01") && old.greatest == .text("9999-12-31"))
    }

    @Test func `Whole numbers of a narrow range have a bin each`() async throws {
        let found = try await column("SELECT unnest([0, 1, 1, 3]) AS x")
        #expect(found.histogram?.counts == [1, 2, 0, 1])
        #expect((0..<4).map { found.words(ofBin: $0) } == ["0", "1", "2", "3"] && found.histogramEnds?.high == "3")
    }

    @Test func `A histogram of many values leaves out the ends and counts them`() async throws {
        let found = try await column("SELECT i::DOUBLE AS x FROM range(100001) AS t(i)")
        let histogram = try #require(found.histogram)
        #expect(histogram.edges.first == 100 && histogram.edges.last == 99_900)
        #expect((histogram.below, histogram.above) == (100, 100) && histogram.counts.reduce(0, +) == 99_801)
        #expect(histogram.counts[0] == 4_991 && histogram.counts[1...].allSatisfy { $0 == 4_990 })
    }

    @Test func `Text has its most frequent values, lengths and ends, whatever it says`() async throws {
        let found = try await column(
            "SELECT unnest(['<b>', '<b>', 'ünïcode ✈', '', NULL, repeat('x', 100000), 'a''; DROP']) AS x")
        #expect((found.nulls, found.distinct) == (1, 5) && found.topValues.first == ProfileCount("<b>", 2))
        #expect(found.least == .text("") && found.greatest == .text("ünïcode ✈"))
        #expect(found.lengths?.least == 0 && found.lengths?.greatest == 100_000)
        #expect(
            found.topValues.allSatisfy { $0.value.count <= 200 }
                && found.topValues.contains { $0.value.hasSuffix("x…") })
        let truths = try await column("SELECT unnest([true, true, false, NULL]) AS x")
        #expect(truths.topValues == [ProfileCount("true", 2), ProfileCount("false", 1)] && truths.distinct == 2)
        let bytes = try await column("SELECT unnest(['abc'::BLOB, ''::BLOB]) AS x")
        #expect(bytes.lengths == ProfileLengths(least: 0, mean: 1.5, greatest: 3) && bytes.distinct == 2)
    }

    @Test func `Two hundred columns with odd names are all there, in order`() async throws {
        let names = (0..<200).map { $0 % 2 == 0 ? "c \($0) ü <b>\"q'" : "n\($0)" }
        let list = names.enumerated().map {
            "i + \($0) AS \"\($1.replacing("\"", with: "\"\""))\""
        }.joined(separator: ", ")
        let found = try await profile("SELECT \(list) FROM range(50) AS t(i)")
        #expect(found.columns.map(\.name) == names)
        for (place, column) in found.columns.enumerated() {
            #expect(column.least == .whole(Int64(place)) && column.greatest == .whole(Int64(place) + 49))
            #expect(column.mean == Double(place) + 24.5 && column.distinct == 50)
        }
        let two = try await profile("SELECT \(list) FROM range(50) AS t(i)", columns: [names[7], names[2]])
        #expect(two.columns.map(\.name) == [names[2], names[7]])
        await #expect(throws: DatasetError.self) { try await profile("SELECT 1 AS a", columns: ["a", "b"]) }
    }

    @Test func `Beyond a million rows estimated distinct counts are near, and few values are counted`() async throws {
        let found = try await profile(
            "SELECT i AS id, i % 1000 AS few, hash(i) % 300000 AS more FROM range(1000001) AS t(i)".replacing(
                "hash(i) % 300000", with: "CAST(hash(i) % 300000 AS BIGINT)"))
        let (id, few, more) = (found.columns[0], found.columns[1], found.columns[2])
        #expect(!id.distinctIsExact && abs(Double(id.distinct) / 1_000_001 - 1) < 0.05)
        #expect(few.distinctIsExact && few.distinct == 1_000)
        #expect(!more.distinctIsExact && abs(Double(more.distinct) / 289_000 - 1) < 0.08)
    }

    @Test func `The page holds the whole profile, and no text of the table becomes markup`() async throws {
        let hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
        let found = try await profile(
            "SELECT unnest(['\(hostile)', 'a&b', 'a&b']) AS \"<b onclick='x'>\", unnest([1.5, 2.5, NULL]) AS y")
        let page = profilePage(found)
        #expect(!page.contains("<img") && !page.contains("<script>alert") && !page.contains("<b onclick"))
        #expect(page.contains("&lt;/script&gt;") && page.contains("a&amp;b") && page == profilePage(found))
        #expect(!page.contains("http://") && !page.contains("https://"))
        let start = try #require(page.range(of: "id=\"profile\">"))
        let end = try #require(page.range(of: "</script>", range: start.upperBound..<page.endIndex))
        let data = Data(page[start.upperBound..<end.lowerBound].utf8)
        #expect(try JSONDecoder().decode(DatasetProfile.self, from: data) == found)
    }
}
