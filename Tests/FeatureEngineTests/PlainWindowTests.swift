import FuzzInputs
import MartletDomain
import Testing

struct PlainWindowTests {
    @Test func `A window's bounds are where its events begin and end`() {
        for index in 0..<(300 * Seed.factor) {
            var dice = Dice(seed: Seed.value, index: index)
            let unit: Int64 = dice.pick([1, 1_000_000, 86_400_000_000])
            let length = Int64(1 + dice.below(40)) * unit
            let extent: FeatureWindow.Extent = dice.pick([
                .rolling(length), .months(1 + dice.below(30)), .lifetime,
                .tumbling(length, offset: Int64(dice.below(90) - 40) * unit),
                .sliding(length, every: Int64(1 + dice.below(9)) * unit, offset: Int64(dice.below(90) - 40)),
            ])
            let window = FeatureWindow(extent, delay: Int64(dice.below(4)) * unit, includesEnd: dice.isLucky(40))
            let days = Int64(dice.below(40_000) - 20_000)
            let label = days * 86_400_000_000 + Int64(dice.below(86_400)) * 1_000_000 + Int64(dice.below(3)) - 1
            let bounds = window.bounds(at: label)
            for edge in [bounds.start, bounds.end] where edge != .min {
                for event in [edge - 1, edge, edge + 1] {
                    #expect(
                        PlainWindow(window).holds(event, at: label) == (bounds.start <= event && event < bounds.end),
                        "\(Seed.value), \(index): \(window) at \(label), event \(event)")
                }
            }
        }
    }
}
