import MartletDomain
import Testing

/// What is kept of an expression is its description, and a plan's identity is made of it.
struct RowExpressionTextTests {
    static func chain(_ count: Int) -> String {
        (1...count).map { "a = \($0)" }.joined(separator: " or ")
    }

    @Test func `A long chain reads back from its own text`() throws {
        for text in [Self.chain(38), Self.chain(39), Self.chain(100), "1" + String(repeating: " + a - 2", count: 99)] {
            let expression = try RowExpression(text)
            #expect(try RowExpression(expression.description) == expression)
        }
    }

    @Test func `An expression has 400 parts at most, and 40 operations within each other`() throws {
        // Each term of the chain has three parts, and there is one between each two.
        #expect(throws: Never.self) { try RowExpression(Self.chain(100)) }
        #expect(throws: RowExpression.Problem.self) { try RowExpression(Self.chain(101)) }
        func nested(_ depth: Int) -> String {
            (1..<depth).reduce("a") { text, step in step % 2 == 0 ? "(1 + \(text))" : "(2 * \(text))" }
        }
        #expect(throws: Never.self) { try RowExpression(nested(40)) }
        #expect(throws: RowExpression.Problem.self) { try RowExpression(nested(41)) }
        func nulls(_ depth: Int) -> String { "a" + String(repeating: " is null", count: depth - 1) }
        #expect(throws: Never.self) { try RowExpression(nulls(40)) }
        #expect(throws: RowExpression.Problem.self) { try RowExpression(nulls(41)) }
        func nots(_ depth: Int) -> String { String(repeating: "not ", count: depth - 1) + "a" }
        #expect(throws: Never.self) { try RowExpression(nots(40)) }
        #expect(throws: RowExpression.Problem.self) { try RowExpression(nots(41)) }
    }

    @Test func `An expression that is too long once it is written in full is refused`() throws {
        // `"…"` in the full text.
        #expect(throws: Never.self) { try RowExpression(String(repeating: "a", count: 7998)) }
        #expect(throws: RowExpression.Problem.self) { try RowExpression(String(repeating: "a", count: 7999)) }
    }

    @Test func `A column compared with a value is the same expression as its text`() throws {
        for (value, text) in [
            (.long(-5), "-5"), (.long(5), "5"), (.double(-0.5), "-0.5"), (.double(-0.0), "-0.0"),
            (.long(.min), "-9223372036854775807 - 1"), (.null, "null"), (.string("it's"), "'it''s'"),
        ] as [(FeatureValue, String)] {
            let expression = try #require(RowExpression(comparing: "x", "<", to: value))
            #expect(try RowExpression("x < (\(text))") == expression)
            #expect(try RowExpression(expression.description) == expression)
        }
        for value in [FeatureValue.double(.infinity), .double(-.infinity), .double(.nan), .date(1), .timestamp(1)] {
            #expect(RowExpression(comparing: "x", "<", to: value) == nil)
        }
        #expect(try RowExpression("x < -9223372036854775807 - 1").evaluate { _ in .long(.min) } == .boolean(false))
    }

    @Test func `The text of an expression is the same for itself read back, whatever it is`() throws {
        for seed in UInt64(1)...400 {
            var random = SplitMix(state: seed)
            let text = Self.text(5, &random)
            guard let expression = try? RowExpression(text) else { continue }
            let again = try RowExpression(expression.description)
            #expect(again == expression, "seed \(seed): \(text)")
            #expect(again.description == expression.description, "seed \(seed): \(text)")
        }
    }

    private static let leaves = [
        "a", "\"a b\"", "\"q\"\"\u{301}\"", "0", "7", "1e300", ".5", "9223372036854775808", "'it''s'", "'\u{301}'",
        "null",
        "true", "é",
    ]

    private static func text(_ depth: Int, _ random: inout SplitMix) -> String {
        if depth == 0 || Int.random(in: 0..<6, using: &random) == 0 {
            return leaves.randomElement(using: &random) ?? "a"
        }
        func part() -> String { text(depth - 1, &random) }
        switch Int.random(in: 0..<9, using: &random) {
        case 0: return "not \(part())"
        case 1: return "- \(part())"
        case 2: return "(\(part()))"
        case 3: return "\(part()) is \(Bool.random(using: &random) ? "not " : "")null"
        case 4: return "coalesce(\(part()), \(part()))"
        case 5: return "case when \(part()) then \(part()) \(Bool.random(using: &random) ? "else \(part()) " : "")end"
        default:
            let symbols = ["or", "and", "=", "<>", "<", ">=", "+", "-", "*", "/"]
            return "\(part()) \(symbols.randomElement(using: &random) ?? "+") \(part())"
        }
    }
}
