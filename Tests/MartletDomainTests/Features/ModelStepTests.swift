import Foundation
import MartletDomain
import Testing

struct ModelStepTests {
    /// Written by `Tests/Golden/model-steps/make-steps.py`.
    struct Golden: Decodable {
        struct Numbers: Decodable {
            var values: [Double?]
            var mean, median, most_frequent: Double
            var standard, min_max: [Double?]
        }
        struct Words: Decodable {
            var values, categories: [String?]
            var one_hot: [[Double]]
            var ordinal: [Double]
        }
        var numbers: [String: Numbers]
        var words: [String: Words]

        static func read() throws -> Golden {
            let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Golden/model-steps/steps.json")
            return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
        }
    }

    static func fitted(_ method: ModelStep.Method, _ values: [FeatureValue]) throws -> FittedSteps {
        try FittedSteps.fit([ModelStep(method, of: ["x"])], to: [("x", values)])
    }

    static func near(_ value: FeatureValue, _ expected: Double?, noise: Double = 0) -> Bool {
        switch (value, expected) {
        case (.null, nil): true
        case (.double(let value), let expected?): abs(value - expected) <= noise + 1e-12 * max(1, abs(expected))
        default: false
        }
    }

    @Test func `Imputers and scalers give what scikit-learn gives`() throws {
        for (name, golden) in try Golden.read().numbers {
            let values = golden.values.map { $0.map { FeatureValue.double($0) } ?? .null }
            for (method, expected) in [
                (ModelStep.Method.imputeMean, golden.mean), (.imputeMedian, golden.median),
                (.imputeMostFrequent, golden.most_frequent),
            ] {
                guard case .fill(let filler) = try Self.fitted(method, values).steps[0].action else {
                    Issue.record("\(name) \(method)")
                    continue
                }
                #expect(Self.near(filler, expected), "\(name) \(method): \(filler), not \(expected)")
            }
            for (method, expected) in [
                (ModelStep.Method.scaleStandard, golden.standard), (.scaleMinMax, golden.min_max),
            ] {
                let fitted = try Self.fitted(method, values)
                guard case .scale(_, let divisor) = fitted.steps[0].action else { continue }
                // scikit-learn multiplies by a rounded factor before it subtracts.
                let noise = 8 * Double.ulpOfOne * (golden.values.compactMap { $0 }.map(abs).max() ?? 0) / divisor
                let scaled = try fitted.apply(to: [("x", values)])[0].values
                for (value, expected) in zip(scaled, expected) {
                    #expect(
                        Self.near(value, expected, noise: noise),
                        "\(name) \(method): \(value), not \(String(describing: expected))")
                }
            }
        }
    }

    @Test func `Encoders give what scikit-learn gives`() throws {
        for (name, golden) in try Golden.read().words {
            let values = golden.values.map { $0.map { FeatureValue.string($0) } ?? .null }
            let probe = values + [.string("never seen")]
            let oneHot = try Self.fitted(.encodeOneHot(.ignore), values)
            #expect(
                oneHot.outputColumns(of: ["a", "x"]) == ["a"] + golden.categories.map { "x=\($0 ?? "null")" }, "\(name)"
            )
            for (value, expected) in zip(probe, golden.one_hot) {
                #expect(
                    try oneHot.apply(to: [value], columns: ["x"]) == expected.map { .double($0) }, "\(name) \(value)")
            }
            let ordinal = try Self.fitted(.encodeOrdinal(.ignore), values)
            for (value, expected) in zip(probe, golden.ordinal) {
                let found = try ordinal.apply(to: [value], columns: ["x"])
                #expect(found == [expected < 0 ? .null : .double(expected)], "\(name) \(value)")
            }
            for method in [ModelStep.Method.encodeOneHot(.error), .encodeOrdinal(.error)] {
                let strict = try Self.fitted(method, values)
                #expect(throws: ModelStepProblem.self) { try strict.apply(to: [.string("never seen")], columns: ["x"]) }
            }
        }
    }

    @Test func `The order of rows changes no bit of what is fitted`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Shuffler(state: seed)
        let values = (0..<500).map { _ in
            FeatureValue.double(Double.random(in: -1...1, using: &random) * Double.random(in: 0...1e9, using: &random))
        }
        let steps = [
            ModelStep(.imputeMean, of: ["x"]), ModelStep(.scaleStandard, of: ["x"]), ModelStep(.scaleMinMax, of: ["x"]),
        ]
        let first = try FittedSteps.fit(steps, to: [("x", values)])
        for _ in 0..<20 {
            let again = try FittedSteps.fit(steps, to: [("x", values.shuffled(using: &random))])
            #expect(again.canonicalText == first.canonicalText, "seed \(seed)")
        }
    }

    @Test func `Steps follow each other, and a row gets what its column got`() throws {
        let columns: [(name: String, values: [FeatureValue])] = [
            ("id", [.long(1), .long(2), .long(3), .long(4)]), ("x", [.long(2), .null, .double(.nan), .long(4)]),
            ("s", [.string("b"), .null, .string("a"), .string("b")]),
            ("flag", [.boolean(true), .boolean(false), .null, .null]),
        ]
        let steps = [
            ModelStep(.imputeMean, of: ["x"]), ModelStep(.scaleMinMax, of: ["x"]),
            ModelStep(.imputeConstant(.string("none")), of: ["s"]), ModelStep(.encodeOneHot(.error), of: ["s"]),
            ModelStep(.imputeMostFrequent, of: ["flag"]), ModelStep(.encodeOrdinal(.error), of: ["flag"]),
        ]
        let fitted = try FittedSteps.fit(steps, to: columns)
        #expect(fitted.outputColumns(of: columns.map(\.name)) == ["id", "x", "s=a", "s=b", "s=none", "flag"])
        let whole = try fitted.apply(to: columns)
        #expect(whole.map(\.name) == fitted.outputColumns(of: columns.map(\.name)))
        #expect(whole[1].values == [.double(0), .double(0.5), .double(0.5), .double(1)])
        #expect(whole[5].values == [.double(1), .double(0), .double(0), .double(0)])
        for row in 0..<4 {
            let single = try fitted.apply(to: columns.map { $0.values[row] }, columns: columns.map(\.name))
            #expect(single == whole.map { $0.values[row] })
        }
        #expect(try FittedSteps(canonicalText: fitted.canonicalText) == fitted)
        #expect(
            fitted.canonicalText.hasPrefix(
                "[{\"column\":\"x\",\"fill\":{\"double\":\"3.0\"}},{\"column\":\"x\",\"divisor\":\"2.0\",\"shift\":\"2.0\"},"
            ))
    }

    @Test func `A column that a step does not fit is refused`() throws {
        for (method, values) in [
            (ModelStep.Method.imputeMean, [FeatureValue.string("a")]), (.scaleStandard, [.double(.infinity)]),
            (.imputeMedian, [.null, .double(.nan)]), (.encodeOneHot(.error), []), (.imputeMostFrequent, []),
        ] as [(ModelStep.Method, [FeatureValue])] {
            #expect(throws: ModelStepProblem.self, "\(method)") { try Self.fitted(method, values) }
        }
        let scaled = try Self.fitted(.scaleStandard, [.long(1), .long(2)])
        #expect(throws: ModelStepProblem.self) { try scaled.apply(to: [.string("a")], columns: ["x"]) }
        #expect(throws: ModelStepProblem.self) { try scaled.apply(to: [.long(1)], columns: ["y"]) }
        #expect(throws: ModelStepProblem.self) { try FittedSteps(canonicalText: "[{\"column\":\"x\"}]") }
    }

    @Test func `Steps are declared with a training set`() throws {
        let set = try TrainingSetDeclarationTests.specification(
            """
            name: x
            steps:
              - {impute: [a, b], with: median}
              - {impute: c, with: constant, value: "0"}
              - {scale: [a], with: standard}
              - {encode: [c], with: one_hot, unknown: ignore}
              - {encode: [d], with: ordinal}
            """)
        #expect(
            set.steps == [
                ModelStep(.imputeMedian, of: ["a", "b"]), ModelStep(.imputeConstant(.string("0")), of: ["c"]),
                ModelStep(.scaleStandard, of: ["a"]), ModelStep(.encodeOneHot(.ignore), of: ["c"]),
                ModelStep(.encodeOrdinal(.error), of: ["d"]),
            ])
        for step in [
            "{impute: [a], with: standard}", "{impute: [a]}", "{impute: [a], with: constant}", "{with: mean}",
            "{impute: [a], with: mean, value: 1}", "{scale: [], with: min_max}",
            "{scale: [a], with: min_max, unknown: error}",
            "{encode: [a], with: one_hot, unknown: maybe}", "{scale: [a], encode: [a], with: standard}", "[]",
        ] {
            #expect(throws: FeatureError.self, "\(step)") {
                try TrainingSetDeclarationTests.specification("name: x\nsteps: [\(step)]")
            }
        }
    }
}

private struct Shuffler: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

struct ModelStepNameTests {
    @Test func `Categories that would give two columns one name are refused`() throws {
        let step = ModelStep(.encodeOneHot(.ignore), of: ["a"])
        #expect(throws: ModelStepProblem.self) {
            try FittedSteps.fit([step], to: [("a", [.string("x")])], among: ["a", "a=x"])
        }
        #expect(throws: Never.self) { try FittedSteps.fit([step], to: [("a", [.string("x")])], among: ["a", "a=y"]) }
    }
}
