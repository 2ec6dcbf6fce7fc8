import FeatureEngine
import Testing

struct ExactSumTests {
    @Test func `A sum of nothing can be made`() {
        _ = ExactSum()
    }
}
