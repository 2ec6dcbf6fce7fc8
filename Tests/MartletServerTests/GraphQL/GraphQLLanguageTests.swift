import MartletServer
import TestKit
import Testing

/// The language: what is read, and what is refused.
struct GraphQLLanguageTests {
    @Test func `What is ignored, what names may be and how values are written`() throws {
        let document = try GraphQLDocument(
            parsing: """
                \u{feff}# A comment with "quotes" and { braces
                query A($x: [String!]! = ["a", "b"], $y: T = {a: 1, b: [true, null, E]}) @component(name: "n") {
                  on: query(input: {i: -0, f: 1.5e+3, t: "\\u00e9\\ud83d\\ude00\\u{1f600}\\n\\"/", v: $x,,,}) { ...f }
                }
                fragment f on fragment { _1: type ... on on { a } ... @component(name: "") { b } }
                """)
        let operation = try #require(document.operations.first)
        #expect(operation.name == "A" && operation.kind == .query)
        #expect(operation.variables.map { "\($0.type)" } == ["[String!]!", "T"])
        #expect(
            operation.variables[1].defaultValue
                == .object([
                    .init(name: "a", value: .integer("1")),
                    .init(name: "b", value: .list([.boolean(true), .null, .name("E")])),
                ]))
        guard case .field(let field) = operation.selections[0] else {
            Issue.record("not a field")
            return
        }
        #expect(field.alias == "on" && field.name == "query")
        #expect(
            field.arguments[0].value
                == .object([
                    .init(name: "i", value: .integer("-0")), .init(name: "f", value: .real("1.5e+3")),
                    .init(name: "t", value: .text("é😀😀\n\"/")), .init(name: "v", value: .variable("x")),
                ]))
        #expect(document.fragments["f"]?.selections.count == 3)
    }

    @Test func `A block of text loses what all its lines are indented by, and blank lines around it`() throws {
        let text = "{ a(b: \"\"\"\n\n    one\n      two \\\"\"\" \n\n    three\n  \n\"\"\") }"
        guard case .field(let field) = try GraphQLDocument(parsing: text).operations[0].selections[0] else {
            Issue.record("not a field")
            return
        }
        #expect(field.arguments[0].value == .text("one\n  two \"\"\" \n\nthree"))
    }

    @Test(arguments: [
        "", "   ", "#", "{", "}", "{}", "{ }", "{ a", "{ a { } }", "{ a( ) }", "{ a(b) }", "{ a(b:) }", "{ a(b: }",
        "{ a: }",
        "{ a(b: 01) }", "{ a(b: 1.) }", "{ a(b: .5) }", "{ a(b: 1e) }", "{ a(b: 1a) }", "{ a(b: -) }", "{ a(b: \"x) }",
        "{ a(b: \"x\ny\") }", "{ a(b: \"\\q\") }", "{ a(b: \"\\u12\") }", "{ a(b: \"\\ud800\") }",
        "{ a(b: \"\\udc00\") }",
        "{ a(b: \"\\u{110000}\") }", "{ a(b: \"\\u{}\") }", "{ a(b: \"\"\"x) }", "{ a(b: [1) }", "{ a(b: {c}) }",
        "{ .. a }",
        "{ ...on }", "{ ... on { a } }", "query", "query ($x) { a }", "query ($x: ) { a }", "query ($x: [A) { a }",
        "query ($x: [A B]) { a }", "query ($x: A = $y) { a }", "query () { a }", "fragment on on A { a }",
        "fragment f { a }", "fragment f on A", "type A { b: C }", "hello { a }", "{ a } }", "{ a @ }", "{ é }",
        "{ a; b }",
        "{ a } fragment f on A { a } fragment f on A { b }",
    ]) func `What is not GraphQL is refused with words`(_ text: String) {
        let refusal = #expect(throws: GraphQLError.self) { try GraphQLDocument(parsing: text) }
        #expect(refusal?.messages.first?.isEmpty == false)
    }

    @Test func `Deep, long and many are refused before they are followed`() {
        func isRefused(_ text: String) -> Bool {
            do {
                try GraphQLDocument(parsing: text).checkLimits()
                return false
            } catch {
                return true
            }
        }
        func nested(_ open: String, _ close: String, _ count: Int) -> String {
            String(repeating: open, count: count) + "a" + String(repeating: close, count: count)
        }
        #expect(!isRefused(nested("{ a ", " }", 10)))
        #expect(isRefused(nested("{ a ", " }", 11)))
        for count in [100, 20_000] {
            #expect(isRefused(nested("{a", "}", count)))
            #expect(isRefused("{ a(b: \(nested("[", "]", count))) }"))
            #expect(isRefused("{ a(b: \(nested("{a:", "}", count))) }"))
            #expect(isRefused("query ($x: \(nested("[", "]", count))) { a }"))
            #expect(isRefused("{ \(nested("... { ", " }", count)) }"))
        }
        #expect(isRefused("{ a" + String(repeating: " ", count: 100_000) + "}"))
        #expect(isRefused("{ " + String(repeating: "a ", count: 20_001) + "}"))
        #expect(isRefused("{ a { " + String(repeating: "a ", count: 1_001) + "} }"))
        #expect(isRefused("{ " + String(repeating: "a ", count: 11) + "}"))
        #expect(isRefused("{ a { " + (0..<11).map { "a\($0): b " }.joined() + "} }"))
        #expect(isRefused("{ a } " + (0..<101).map { "fragment f\($0) on A { a } " }.joined()))
        // Aliases that are spread over fragments are counted together.
        #expect(
            isRefused(
                "{ a { ...f ...g } } fragment f on A { " + (0..<6).map { "a\($0): b " }.joined()
                    + "} fragment g on A { "
                    + (0..<6).map { "c\($0): b " }.joined() + "}"))
        // Each level doubles, by fragments that hold fragments.
        let doubling = (0..<40).map { "fragment f\($0) on A { a { ...f\($0 + 1) } b { ...f\($0 + 1) } } " }.joined()
        #expect(isRefused("{ ...f0 } " + doubling + "fragment f40 on A { a }"))
        // A fragment within itself goes down for ever.
        #expect(isRefused("{ ...f } fragment f on A { a { ...f } }"))
    }
}
