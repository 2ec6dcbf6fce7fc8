import MartletDomain
import Testing

@Suite struct InstantWordsTests {
    private func text(_ time: Int64) -> String {
        var bytes: [UInt8] = []
        Instant.append(time, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `Instants are read back as they were written`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            // Years 0 to 9999.
            let time = Int64.random(in: -62_167_219_200_000_000...253_402_300_799_999_999, using: &generator)
            #expect(Instant.microseconds(of: text(time)) == time)
            #expect(text(time) == Instant(microseconds: time).description || time % 1_000_000 != 0)
        }
    }

    @Test(arguments: [
        ("2022-05-13 10:59:42", 1_652_439_582_000_000), ("2022-05-13T10:59:42.5+02:00", 1_652_432_382_500_000),
        ("1970-01-01", 0), ("2024-02-29T00:00Z", 1_709_164_800_000_000), ("1969-12-31T23:59:59.999999Z", -1),
        ("2022-05-13 10:59:42+00", 1_652_439_582_000_000), ("2022-05-13T10:59:42.500000000Z", 1_652_439_582_500_000),
    ]) func `Other programs' spellings are known`(_ spelled: String, _ time: Int64) {
        #expect(Instant.microseconds(of: spelled) == time)
    }

    @Test(arguments: [
        "", "2022", "2022-13-01", "2023-02-29", "2022-05-13T25:00:00Z", "2022-05-13T10:59:42.1234567Z",
        "2022-05-13T10:59:42Z ", "٢٠٢٢-05-13", "2022-05-13T10:59:60Z", "12022-05-13",
    ]) func `What is no time is none`(_ spelled: String) {
        #expect(Instant.microseconds(of: spelled) == nil)
    }
}
