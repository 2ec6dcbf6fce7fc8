import Foundation
import MartletDomain
import QueryEngine

/// A suite being run on one connection: the counts of the common pass, and what each expectation makes of them.
struct QualitySession {
    private let run: QualityRun
    private let session: any QuerySession
    private let compiled: CompiledCheck
    private let rowCount: Int64
    /// By expectation: how many rows were looked at, and how many were not as expected.
    private var counts: [Int: (element: Int64, unexpected: Int64)] = [:]
    /// By expectation, for checks of freshness.
    private var newest: [Int: Int64?] = [:]
    private let others: [String: String]

    init(run: QualityRun, session: any QuerySession, compiled: CompiledCheck) throws {
        (self.run, self.session, self.compiled) = (run, session, compiled)
        others = run.otherRelations
        var (terms, parameters): ([String], [QueryValue]) = (["count(*)"], [])
        var (counted, timed): ([Int], [Int]) = ([], [])
        for (index, expectation) in run.suite.expectations.enumerated() {
            guard let part = try? compiled.counted(expectation.check) else { continue }
            counted.append(index)
            terms.append("count(*) FILTER (WHERE \(part.element))")
            terms.append("count(*) FILTER (WHERE \(part.unexpected))")
            parameters += part.parameters
        }
        for (index, expectation) in run.suite.expectations.enumerated() {
            guard case .fresh(let column, _) = expectation.check, let name = try? compiled.quoted(column),
                [.timestamp, .date].contains(compiled.schema[column]?.type)
            else { continue }
            timed.append(index)
            terms.append("max(\(name))")
        }
        let pass: RecordBatch
        do {
            pass = try Self.row(session, terms, run.relation, parameters)
        } catch is QueryError {
            // One faulty term spoils the pass, so each is then taken by itself and only the faulty ones fail.
            rowCount = try Self.row(session, ["count(*)"], run.relation, []).long(0) ?? 0
            return
        }
        rowCount = pass.long(0) ?? 0
        for (place, index) in counted.enumerated() {
            counts[index] = (pass.long(2 * place + 1) ?? 0, pass.long(2 * place + 2) ?? 0)
        }
        for (place, index) in timed.enumerated() { newest[index] = pass.instant(2 * counted.count + 1 + place) }
    }

    private static func row(
        _ session: any QuerySession, _ terms: [String], _ relation: String, _ parameters: [QueryValue]
    ) throws -> RecordBatch {
        try session.collect(
            "SELECT " + terms.enumerated().map { "\($1) AS c\($0)" }.joined(separator: ", ")
                + " FROM \(relation) AS source", parameters)
    }

    func result(_ index: Int) throws -> ExpectationResult {
        let expectation = run.suite.expectations[index]
        do {
            if let counted = try compiled.counted(expectation.check) {
                return try countedResult(expectation, index, counted)
            }
            return try otherResult(expectation, index)
        } catch let refusal as CompiledCheck.Refusal {
            return ExpectationResult(expectation, exception: refusal.reason)
        } catch let error as QueryError {
            return ExpectationResult(expectation, exception: "\(error)")
        }
    }

    private func countedResult(
        _ expectation: Expectation, _ index: Int, _ counted: CompiledCheck.Counted
    ) throws -> ExpectationResult {
        var found = counts[index]
        if found == nil {
            let terms = ["count(*) FILTER (WHERE \(counted.element))", "count(*) FILTER (WHERE \(counted.unexpected))"]
            let row = try Self.row(session, terms, run.relation, counted.parameters)
            found = (row.long(0) ?? 0, row.long(1) ?? 0)
        }
        let (element, unexpected) = found ?? (0, 0)
        var sample: [DeclarationNode]?
        if !counted.findsNulls {
            sample = try self.sample(counted.columns, counted.unexpected, counted.parameters, count: unexpected)
        }
        return ExpectationResult(
            expectation,
            success: Expectation.Check.passes(elements: element, unexpected: unexpected, mostly: counted.mostly),
            .init(elementCount: element, unexpectedCount: unexpected, partialUnexpectedList: sample))
    }

    private func otherResult(_ expectation: Expectation, _ index: Int) throws -> ExpectationResult {
        switch expectation.check {
        case .columnExists(let column):
            return ExpectationResult(expectation, success: compiled.schema[column] != nil, .init())
        case .columns(let names, let exact):
            let present = compiled.schema.names
            let missing = names.filter { !present.contains($0) }
            let surplus = exact ? present.filter { !names.contains($0) } : []
            let values = (missing + surplus).prefix(QualityRun.unexpectedLimit).map { name in
                DeclarationNode.scalar(.init(text: (missing.contains(name) ? "missing: " : "unexpected: ") + name))
            }
            return ExpectationResult(
                expectation, success: missing.isEmpty && surplus.isEmpty,
                .init(
                    unexpectedCount: Int64(missing.count + surplus.count), partialUnexpectedList: Array(values),
                    observedValue: present.joined(separator: ", ")))
        case .type(let column, let type):
            _ = try compiled.quoted(column)
            let found = compiled.schema[column]?.type
            return ExpectationResult(
                expectation, success: found == type, .init(observedValue: found.map(\.description)))
        case .rowCount(let minimum, let maximum):
            return ExpectationResult(
                expectation, success: rowCount >= minimum ?? .min && rowCount <= maximum ?? .max,
                .init(observedValue: "\(rowCount)"))
        case .fresh(let column, let age): return try freshness(expectation, index, column, age)
        case .unique(let columns): return try uniqueness(expectation, columns)
        case .exists(let column, let table, let other, let mostly):
            return try existence(expectation, column, table, other, mostly)
        case .notNull, .between, .inSet, .regex: throw CompiledCheck.Refusal(reason: "it was not counted")
        }
    }

    private func freshness(
        _ expectation: Expectation, _ index: Int, _ column: String, _ maximumAge: Int64
    ) throws -> ExpectationResult {
        let name = try compiled.quoted(column)
        guard [.timestamp, .date].contains(compiled.schema[column]?.type) else {
            throw CompiledCheck.Refusal(reason: "\(column) is neither a timestamp nor a date")
        }
        let known = try newest[index] ?? Self.row(session, ["max(\(name))"], run.relation, []).instant(0)
        guard let known else { throw CompiledCheck.Refusal(reason: "\(column) holds no time") }
        let (age, overflow) = run.asOf.subtractingReportingOverflow(known)
        let isFresh = overflow ? known > 0 : age <= maximumAge
        return ExpectationResult(expectation, success: isFresh, .init(observedValue: Self.text(ofInstant: known)))
    }

    private func uniqueness(_ expectation: Expectation, _ columns: [String]) throws -> ExpectationResult {
        let names = try columns.map { try compiled.quoted($0) }
        let present = names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let groups = """
            SELECT \(names.joined(separator: ", ")), count(*) AS repeats FROM \(run.relation) AS source \
            WHERE \(present) GROUP BY ALL
            """
        let row = try session.collect(
            "SELECT coalesce(sum(repeats), 0)::BIGINT AS n, "
                + "coalesce(sum(repeats) FILTER (WHERE repeats > 1), 0)::BIGINT AS r FROM (\(groups)) AS g")
        let (element, unexpected) = (row.long(0) ?? 0, row.long(1) ?? 0)
        let sample =
            unexpected == 0
            ? [] : try listed("SELECT \(names.joined(separator: ", ")) FROM (\(groups)) AS g WHERE repeats > 1", [])
        return ExpectationResult(
            expectation, success: unexpected == 0,
            .init(elementCount: element, unexpectedCount: unexpected, partialUnexpectedList: sample))
    }

    private func existence(
        _ expectation: Expectation, _ column: String, _ table: String, _ other: String, _ mostly: Double
    ) throws -> ExpectationResult {
        let name = try compiled.quoted(column)
        guard
            let relation = others[table]
                ?? others.first(where: { $0.key.hasSuffix("." + table) || table.hasSuffix("." + $0.key) })?.value
        else { throw CompiledCheck.Refusal(reason: "the table \(table) was not given") }
        let otherName = quotedIdentifier(other)
        let condition =
            "\(name) IS NOT NULL AND \(name) NOT IN "
            + "(SELECT other.\(otherName) FROM \(relation) AS other WHERE other.\(otherName) IS NOT NULL)"
        let element = try Self.row(session, ["count(\(name))"], run.relation, []).long(0) ?? 0
        let unexpected =
            try session.collect("SELECT count(*) AS n FROM \(run.relation) AS source WHERE \(condition)").long(0) ?? 0
        return ExpectationResult(
            expectation, success: Expectation.Check.passes(elements: element, unexpected: unexpected, mostly: mostly),
            .init(
                elementCount: element, unexpectedCount: unexpected,
                partialUnexpectedList: try sample([name], condition, [], count: unexpected)))
    }

    private func sample(
        _ columns: [String], _ condition: String, _ parameters: [QueryValue], count: Int64
    ) throws -> [DeclarationNode] {
        if count == 0 { return [] }
        return try listed(
            "SELECT DISTINCT \(columns.joined(separator: ", ")) FROM \(run.relation) AS source WHERE \(condition)",
            parameters)
    }

    private func listed(_ sql: String, _ parameters: [QueryValue]) throws -> [DeclarationNode] {
        let batch = try session.collect("\(sql) ORDER BY ALL LIMIT \(QualityRun.unexpectedLimit)", parameters)
        return (0..<batch.rowCount).map { row in
            let cells = batch.columns.map { Self.node($0.value(at: row)) }
            return cells.count == 1 ? cells[0] : .list(cells)
        }
    }

    private static func node(_ value: QueryValue) -> DeclarationNode {
        switch value {
        case .null: .null
        case .boolean(let value): .scalar(.init(text: "\(value)", boolean: value))
        case .long(let value): .scalar(.init(text: "\(value)", long: value, double: Double(value)))
        case .double(let value): .scalar(.init(text: "\(value)", double: value.isFinite ? value : nil))
        case .string(let value): .scalar(.init(text: String(value.prefix(200))))
        case .binary(let bytes): .scalar(.init(text: "\(bytes.count) bytes"))
        case .date(let days):
            .scalar(
                .init(
                    text: String(
                        text(ofInstant: Int64(days).multipliedReportingOverflow(by: 86_400_000_000).partialValue)
                            .prefix(10))))
        case .timestamp(let value): .scalar(.init(text: text(ofInstant: value)))
        }
    }

    /// ISO 8601 in UTC, whole seconds.
    private static func text(ofInstant microseconds: Int64) -> String {
        Date(timeIntervalSince1970: (Double(microseconds) / 1_000_000).rounded(.down)).formatted(.iso8601)
    }
}

extension RecordBatch {
    /// The first cell of a column of integers.
    fileprivate func long(_ column: Int) -> Int64? { columns[column].longs?.first ?? nil }

    /// The first cell of a column of times, microseconds since the epoch.
    fileprivate func instant(_ column: Int) -> Int64? {
        guard columns[column].count > 0, !columns[column].isNull(at: 0) else { return nil }
        return columns[column].instants()?.first
    }
}
