import MartletDomain
import Testing

struct InstantTests {
    @Test(arguments: [
        "300000-01-01T00:00:00Z", "+292278-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2024-05-01T00:00:00",
        "2024-13-01", "2024-02-30", "", "Z", "2024-05-01T25:00:00Z",
    ]) func `What is no time, or none that can be counted, is refused and not fatal`(text: String) {
        #expect(throws: InvalidRequest.self) { try Instant(text) }
    }

    @Test func `The first and last days that have a name are times`() throws {
        #expect(try Instant("9999-12-31T23:59:59.999999Z").microseconds == 253_402_300_799_999_999)
        #expect(try Instant("0001-01-01").microseconds == -62_135_596_800_000_000)
        #expect(try Instant("2024-05-01T02:00:00+02:00") == Instant("2024-05-01"))
    }
}
