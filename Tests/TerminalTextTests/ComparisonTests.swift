import Testing

import TerminalText

@Suite struct ComparisonTests {
    private let subjects = [
        Comparison.Subject("a", params: ["depth": "3", "seed": "1"], metrics: ["auc": 0.8, "loss": 0.5, "f1": .nan]),
        Comparison.Subject("b", params: ["depth": "6", "seed": "1"], metrics: ["auc": 0.9, "loss": 0.7, "f1": 0.5]),
        Comparison.Subject("c", params: ["seed": "1"], metrics: ["auc": 0.9, "loss": 0.6]),
    ]

    @Test func `A parameter differs when a value does, or when one has none`() {
        let rows = Comparison(subjects).params
        #expect(rows.map(\.key) == ["depth", "seed"])
        #expect(rows.map(\.differs) == [true, false])
        #expect(rows[0].values == ["3", "6", nil])
    }

    @Test func `The best value is the greatest, of losses the least; all that share it are marked`() {
        let rows = Comparison(subjects).metrics
        #expect(rows.map(\.key) == ["auc", "f1", "loss"])
        #expect(rows.map(\.best) == [[1, 2], [], [0]])
        #expect(rows.map(\.direction) == [.higher, .higher, .lower])
    }

    @Test func `The caller may say what is better`() {
        let rows = Comparison(subjects, lower: ["auc"], higher: ["loss"]).metrics
        #expect(rows.map(\.best) == [[0], [], [1]])
    }

    @Test func `Nothing is best among equals`() {
        let same = [
            Comparison.Subject("a", params: [:], metrics: ["x": 1]), .init("b", params: [:], metrics: ["x": 1]),
        ]
        #expect(Comparison(same).metrics.map(\.best) == [[]])
    }

    @Test(arguments: ["val_loss", "logloss", "RMSE", "eval/error", "latency_ms", "test-time"])
    func `Losses, errors and times are better when less`(name: String) {
        #expect(Comparison.likelyDirection(of: name) == .lower)
    }

    @Test(arguments: ["auc", "accuracy", "glossary", "f1", "sometimes"])
    func `All else is better when more`(name: String) { #expect(Comparison.likelyDirection(of: name) == .higher) }
}
