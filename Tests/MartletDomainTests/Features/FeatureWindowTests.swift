import MartletDomain
import Testing

struct FeatureWindowTests {
    @Test func `A month before the end of March is the end of February`() {
        let day: Int64 = 86_400_000_000
        func instant(_ days: Int64, _ hours: Int64 = 0) -> Int64 { days * day + hours * 3_600_000_000 }
        // 2024-03-31 is day 19813, 2024-02-29 day 19782; 2023-03-31 is day 19447, 2023-02-28 day 19416.
        #expect(FeatureWindow.months(1).start(before: instant(19_813, 10)) == instant(19_782, 10))
        #expect(FeatureWindow.months(1).start(before: instant(19_447)) == instant(19_416))
        #expect(FeatureWindow.months(12).start(before: instant(19_782)) == instant(19_416))
        #expect(FeatureWindow.months(1).start(before: instant(0)) == instant(-31))
        #expect(FeatureWindow.months(1).start(before: -1) == instant(-31) - 1)
    }
}
