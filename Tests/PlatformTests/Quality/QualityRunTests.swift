import Foundation
import MartletDomain
import Platform
import QueryEngine
import Testing

struct QualityRunTests {
    static let relation = """
        (SELECT * FROM (VALUES (1, 'a', 0.5::DOUBLE, '2024-01-01T00:00:00Z'::TIMESTAMPTZ),
         (2, 'b', NULL, '2024-01-03T00:00:00Z'),
         (2, 'c?', 9.5, '2024-01-02T00:00:00Z'), (NULL, 'd', -1, NULL)) AS own(id, name, "odd "" column", seen))
        """

    static func run(_ expectations: String) async throws -> QualityResult {
        let suite = try ExpectationSuite.suites(
            yaml: "expectation_suite_name: s\nexpectations:\n" + expectations)[0]
        let engine = try DuckDBEngine()
        let asOf: Int64 = 1_704_412_800_000_000  // 2024-01-05T00:00:00Z
        let result = try await QualityRun(
            suite: suite, relation: relation, otherRelations: ["names": "(SELECT unnest(['a', 'b', NULL]) AS n)"],
            asOf: asOf
        ).result(on: engine)
        await engine.close()
        return result
    }

    @Test func `Counts, lists and verdicts are those of the rows`() async throws {
        let result = try await Self.run(
            """
            - expect_column_values_to_not_be_null: {column: id, mostly: 0.75}
            - expect_column_values_to_be_between: {column: 'odd " column', min_value: 0, max_value: 9.5}
            - expect_column_values_to_be_in_set: {column: name, value_set: [a, b, d]}
            - expect_column_values_to_match_regex: {column: name, regex: "^[a-z]$", mostly: 0.7}
            - expect_column_values_to_be_unique: {column: id}
            - expect_compound_columns_to_be_unique: {column_list: [id, name]}
            - expect_table_row_count_to_be_between: {min_value: 4, max_value: 4}
            - expect_column_newest_value_to_be_recent: {column: seen, max_age: P2D}
            - expect_column_newest_value_to_be_recent: {column: seen, max_age: P1D}
            - expect_column_values_to_exist_in_table: {column: name, other_table: names, other_column: n}
            - expect_column_values_to_be_of_type: {column: id, type_: integer}
            - expect_table_columns_to_match_set: {column_set: [id, name, seen]}
            - expect_column_values_to_be_between: {column: seen, max_value: "2024-01-02T00:00:00Z", strict_max: true}
            """)
        #expect(
            result.results.map(\.success) == [
                true, false, false, true, false, true, true, true, false, false, true, false, false,
            ])
        #expect(result.results.map(\.result.unexpectedCount).prefix(6) == [1, 1, 1, 1, 2, 0])
        #expect(result.results[1].result.partialUnexpectedList?.compactMap(\.double) == [-1])
        #expect(result.results[2].result.partialUnexpectedList?.compactMap(\.text) == ["c?"])
        #expect(result.results[2].result.unexpectedPercent == 25)
        #expect(result.results[9].result.partialUnexpectedList?.compactMap(\.text) == ["c?", "d"])
        #expect(result.results.allSatisfy { !$0.exceptionInfo.raised })
        #expect(result.stopped && !result.success)
        #expect(result.statistics.successful == 6 && result.statistics.evaluated == 13)
        let json = String(decoding: try JSONEncoder().encode(result), as: UTF8.self)
        for key in ["\"expectation_config\"", "\"unexpected_percent\"", "\"exception_info\"", "\"success_percent\""] {
            #expect(json.contains(key))
        }
    }

    @Test func `What cannot be evaluated has not passed and says why, and the rest is still evaluated`() async throws {
        let result = try await Self.run(
            """
            - expect_column_values_to_not_be_null: {column: absent}
            - expect_column_values_to_be_between: {column: name, min_value: 0}
            - expect_column_values_to_match_regex: {column: name, regex: "("}
            - expect_column_values_to_be_between: {column: seen, min_value: yesterday}
            - expect_column_newest_value_to_be_recent: {column: name, max_age: P1D}
            - expect_column_values_to_exist_in_table: {column: name, other_table: nowhere, other_column: n}
            - expect_column_values_to_exist_in_table: {column: name, other_table: names, other_column: absent}
            - expect_column_values_to_not_be_null: {column: name}
            """)
        #expect(result.results.map(\.exceptionInfo.raised) == [true, false, true, true, true, true, true, false])
        #expect(result.results.map(\.success) == [false, true, false, false, false, false, false, true])
        #expect(result.results[0].exceptionInfo.message?.contains("absent") == true)
        #expect(result.stopped)
    }

    @Test func `A suite cannot smuggle SQL`() async throws {
        let result = try await Self.run(
            """
            - expect_column_values_to_not_be_null: {column: 'id") FROM x; --'}
            - expect_column_values_to_be_in_set: {column: name, value_set: ["x') OR (1=1"]}
            """)
        #expect(result.results.map(\.success) == [false, false])
        #expect(result.results[1].result.unexpectedCount == 4)
    }
}
