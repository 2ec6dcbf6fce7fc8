import MartletDomain
import Testing

struct RowExpressionTests {
    static let row: [String: FeatureValue] = [
        "a": .long(7), "b": .long(2), "x": .double(0.5), "s": .string("it's"), "t": .boolean(true), "n": .null,
        "z": .long(0), "big": .long(.max),
    ]

    static func value(_ text: String) throws -> FeatureValue {
        let expression = try RowExpression(text)
        let value = try expression.evaluate { row[expression.columns[$0]] ?? .null }
        let again = try RowExpression(expression.description)
        #expect(again.description == expression.description)
        #expect(try again.evaluate { row[again.columns[$0]] ?? .null } == value)
        return value
    }

    @Test(
        arguments: [
            ("1 + 2 * 3", .long(7)), ("(1 + 2) * 3", .long(9)), ("10 - 4 - 3", .long(3)), ("a / b", .double(3.5)),
            ("a / z", .null), ("-a + 1", .long(-6)), ("a + x", .double(7.5)), ("a = 7 and b <> 3", .boolean(true)),
            ("n = n", .null), ("n is null", .boolean(true)), ("not n is not null", .boolean(true)),
            ("n and false", .boolean(false)), ("n or true", .boolean(true)), ("not n", .null),
            ("s = 'it''s'", .boolean(true)), ("\"s\" < 'j'", .boolean(true)), ("coalesce(n, b, a)", .long(2)),
            ("case when a > 10 then 'many' when a > 5 then 'some' else 'few' end", .string("some")),
            ("CASE WHEN n THEN 1 END", .null), ("t and not (a < b)", .boolean(true)), ("1e3 = 1000", .boolean(true)),
            (".5 = x", .boolean(true)), ("a >= 7 or big + 1 > 0", .boolean(true)),
        ] as [(String, FeatureValue)])
    func `An expression has the value that SQL gives it`(_ text: String, _ expected: FeatureValue) throws {
        #expect(try Self.value(text) == expected)
    }

    @Test func `Integers that overflow are an error and not a crash`() throws {
        for text in ["big + 1", "big * big", "-big - 2", "-(-big - 1)"] {
            #expect(throws: RowExpression.Problem.self) { try Self.value(text) }
        }
    }

    @Test(arguments: [
        "", "a +", "a b", "(a", "a = b = c", "'open", "a ; b", "case a end", "coalesce()", "1.2.3", "is null", "now()",
        "99999999999999999999999999999e999", "a is not 3", "\"\"",
    ])
    func `Text outside the language is refused`(_ text: String) {
        #expect(throws: RowExpression.Problem.self) { try RowExpression(text) }
    }

    @Test func `Deep or long text is refused before it costs anything`() {
        for text in [
            String(repeating: "(", count: 3000), String(repeating: "not ", count: 900) + "a",
            String(repeating: "-", count: 3900) + "1", String(repeating: "a+", count: 1000) + "a",
            String(repeating: "a", count: 9000),
        ] {
            #expect(throws: RowExpression.Problem.self) { try RowExpression(text) }
        }
    }

    @Test func `Operands that do not go together are refused by their types`() throws {
        let types: [String: FeatureValueType] = [
            "a": .long, "s": .string, "t": .boolean, "d": .timestamp, "x": .double,
        ]
        for text in ["a = s", "s + 1", "not a", "t and a", "coalesce(a, s)", "case when a then 1 end", "d - d", "-t"] {
            let expression = try RowExpression(text)
            #expect(throws: RowExpression.Problem.self, "\(text)") {
                try expression.type(given: expression.columns.map { types[$0] ?? .long })
            }
        }
        let mixed = try RowExpression("coalesce(a, x)")
        #expect(try mixed.type(given: [.long, .double]) == .double)
    }
}
