/// What run number `index` of a seeded experiment holds: ten metrics, no two runs with the same value of one, and ten
/// params of ten values each. `Tracking/seeding.py` has the same formulas.
struct SeededRun {
    static let keys = 10
    /// A prime, so that multiples of a factor meet each remainder once.
    static let modulus = 1_000_003
    private static let factors = [
        387_161, 512_927, 618_033, 271_829, 314_159, 707_107, 141_421, 577_215, 915_965, 261_497,
    ]

    var index: Int

    var name: String { "run-\(index)" }
    var startTime: Int { 1_700_000_000_000 + index }

    func metric(_ key: Int) -> Double {
        Double((index * Self.factors[key] + 7 * key) % Self.modulus) / Double(Self.modulus)
    }

    func param(_ key: Int) -> String { "v\((index * Self.factors[Self.keys - 1 - key] + key) % Self.modulus % 10)" }
}
