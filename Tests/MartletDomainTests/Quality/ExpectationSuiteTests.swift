import MartletDomain
import Testing
import Yams

struct ExpectationSuiteTests {
    static func suites(_ yaml: String) throws -> [ExpectationSuite] {
        try ExpectationSuite.suites(in: YAMLDecoder().decode(DeclarationNode.self, from: yaml))
    }

    @Test func `The long and the short spelling of an expectation mean the same`() throws {
        let suite = try Self.suites(
            """
            expectation_suite_name: orders
            expectations:
              - expect_column_values_to_not_be_null: {column: id, mostly: 0.9}
                severity: warn
              - expectation_type: expect_column_values_to_not_be_null
                kwargs: {column: id, mostly: 0.9}
                severity: warn
            """)[0]
        #expect(suite.expectations[0] == suite.expectations[1])
        #expect(suite.expectations[0].check == .notNull("id", mostly: 0.9))
        #expect(suite.expectations[0].severity == .warn)
    }

    @Test func `Every problem of a suite is listed at once`() throws {
        let error = #expect(throws: QualityError.self) {
            try Self.suites(
                """
                expectation_suite_name: broken
                expectations:
                  - expect_column_values_to_be_grand: {column: a}
                  - expect_column_values_to_not_be_null: {mostly: 1.5}
                  - expect_column_values_to_be_between: {column: a}
                  - expect_column_values_to_be_of_type: {column: a, type_: number}
                  - expect_column_newest_value_to_be_recent: {column: a, max_age: P1M}
                  - expect_column_values_to_be_in_set: {column: a, value_sets: [1]}
                    severity: fatal
                """)
        }
        let text = error?.message ?? ""
        for part in [
            "expect_column_values_to_be_grand) is unknown", "lacks 'column'", "share from 0 to 1",
            "min_value or max_value",
            "'number'", "'P1M'", "unknown key 'value_sets'", "'fatal'",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
    }

    @Test func `An error stops, a warning does not, and neither is a success`() {
        func result(_ severity: MartletDomain.Expectation.Severity) -> QualityResult {
            let expectation = MartletDomain.Expectation(
                type: "expect_column_to_exist", check: .columnExists("a"), severity: severity, settings: .mapping([]))
            return QualityResult([.init(expectation, exception: "no table")], meta: [:])
        }
        #expect(result(.error).stopped && !result(.error).success)
        #expect(!result(.warn).stopped && !result(.warn).success)
    }
}
