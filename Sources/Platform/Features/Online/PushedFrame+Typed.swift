import FeatureEngine
import Foundation
import MartletDomain
import QueryEngine

/// A column of a table, where a frame's own columns go by that name.
private typealias TableColumn = Column

extension PushedFrame {
    /// Rows named in a message.
    private static let shown = 20

    /// The rows in the types of the table, in its columns' order.
    ///
    /// - Throws: ``FeatureError/issues(_:)`` with every problem of every column, and rows that cannot be told apart.
    func typed(_ rules: PushRules) throws -> RecordBatch {
        var issues: [FeatureIssue] = []
        let rows = rowCount
        if columns.isEmpty || rows == 0 { issues.append(.init(.invalidDeclaration, "the push has no rows")) }
        if rows > Self.mostRows {
            let reason = "the push has \(rows) rows; one push has \(Self.mostRows) at most"
            throw FeatureError.issues([.init(.invalidDeclaration, reason)])
        }
        for column in columns {
            if rules.schema[column.name] == nil, !rules.ignoresOtherColumns {
                issues.append(.init(.missingColumn, "\(rules.table) has no column '\(column.name)'"))
            }
            if column.cells.count != rows {
                let reason = "'\(column.name)' has \(column.cells.count) values, the first column \(rows)"
                issues.append(.init(.invalidDeclaration, reason))
            }
        }
        if Set(columns.map(\.name)).count < columns.count {
            issues.append(.init(.duplicateName, "a column comes twice"))
        }
        var typed: [TableColumn] = []
        for field in rules.schema.fields {
            guard let column = self[field.name] else {
                if let issue = rules.absence(of: field) {
                    issues.append(issue)
                } else if rules.unstamped.contains(field.name) {
                    issues.append(Self.unstamped(field, "is not there"))
                }
                continue
            }
            let reading = TypedCells(column.cells, as: field.type)
            if let (bad, example) = reading.misfits {
                issues.append(
                    .init(
                        .typeMismatch,
                        "'\(field.name)' is \(field.type), which \(example) in \(Self.rows(bad)) is not"))
            }
            let nulls = column.cells.indices.filter { column.cells[$0] == .null }
            if !nulls.isEmpty {
                if rules.required.contains(field.name) || !field.nullable {
                    issues.append(.init(.nullKey, "'\(field.name)' is null in \(Self.rows(nulls))"))
                } else if rules.unstamped.contains(field.name) {
                    issues.append(Self.unstamped(field, "is null in \(Self.rows(nulls))"))
                }
            }
            typed.append(TableColumn(field.name, reading.values, validity: reading.validity))
        }
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
        let batch = RecordBatch(columns: typed, rowCount: rows)
        issues = Self.repeats(batch, rules.rowKey ?? [])
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
        return batch
    }

    private static func unstamped(_ field: TableSchema.Field, _ what: String) -> FeatureIssue {
        FeatureIssue(
            .nullKey,
            "'\(field.name)' says when a row became known, and \(what): only a timestamp gets the moment of arrival by "
                + "itself, and this is \(field.type)")
    }

    /// Rows whose key a row before has.
    private static func repeats(_ batch: RecordBatch, _ key: [String]) -> [FeatureIssue] {
        let columns = key.compactMap { batch[$0] }
        guard !columns.isEmpty, columns.count == key.count else { return [] }
        var seen: Set<[CellValue]> = []
        var problems = FeatureRowProblems(key: key, nulls: [], nullCount: 0, duplicates: [], duplicateCount: 0)
        for row in 0..<batch.rowCount {
            let cells = columns.map { $0.cellValue(at: row) }
            guard !seen.insert(cells).inserted else { continue }
            problems.duplicateCount += 1
            guard problems.duplicates.count < FeatureRowProblems.limit else { continue }
            let text = columns.map { $0.featureCell(at: row).description }.joined(separator: ", ")
            problems.duplicates.append(.init(number: Int64(row) + 1, key: text))
        }
        return problems.issues
    }

    static func rows(_ indices: [Int]) -> String {
        let named = indices.prefix(shown).map { String($0 + 1) }.joined(separator: ", ")
        return "row\(indices.count == 1 ? "" : "s") \(named)"
            + (indices.count > shown ? " and \(indices.count - shown) more" : "")
    }
}

/// JSON's values as one type of a table.
struct TypedCells {
    var values: Column.Values
    /// Nil when nothing is null.
    var validity: [Bool]?
    /// Rows whose values are not of the type, and the first of those values.
    var misfits: (rows: [Int], example: String)?

    init(_ cells: [JSONCell], as type: DataType) {
        var rows: [Int] = []
        func read<Value>(_ zero: Value, _ one: (JSONCell) -> Value?) -> [Value] {
            cells.enumerated().map { row, cell in
                if cell == .null { return zero }
                if let value = one(cell) { return value }
                rows.append(row)
                return zero
            }
        }
        switch type {
        case .boolean: values = .boolean(read(false) { if case .boolean(let value) = $0 { value } else { nil } })
        case .byte: values = .byte(read(0) { Self.whole($0).flatMap { Int8(exactly: $0) } })
        case .short: values = .short(read(0) { Self.whole($0).flatMap { Int16(exactly: $0) } })
        case .integer: values = .integer(read(0) { Self.whole($0).flatMap { Int32(exactly: $0) } })
        case .long: values = .long(read(0, Self.whole))
        case .float: values = .float(read(0) { Self.number($0).map { Float($0) } })
        case .double: values = .double(read(0, Self.number))
        case .decimal(let precision, let scale):
            values = .decimal(
                read(0) { Self.decimal($0, precision, scale) }, precision: precision, scale: scale)
        case .string: values = .string(read("") { if case .string(let text) = $0 { text } else { nil } })
        case .binary:
            values = .binary(
                read([]) {
                    if case .string(let text) = $0 { Data(base64Encoded: text).map { [UInt8]($0) } } else { nil }
                })
        case .date: values = .date(read(0) { if case .string(let text) = $0 { Instant.day(of: text) } else { nil } })
        case .timestamp:
            values = .timestamp(
                read(0) { if case .string(let text) = $0 { Instant.microseconds(of: text) } else { nil } })
        }
        validity = cells.contains(.null) ? cells.map { $0 != .null } : nil
        if let first = rows.first { misfits = (rows, Self.words(cells[first])) }
    }

    /// Data frames make doubles of integers where one is missing.
    private static func whole(_ cell: JSONCell) -> Int64? {
        switch cell {
        case .long(let value): value
        case .double(let value): Int64(exactly: value)
        // Command lines and some clients have text alone.
        case .string(let text): Int64(text)
        default: nil
        }
    }

    private static func number(_ cell: JSONCell) -> Double? {
        switch cell {
        case .long(let value): Double(value)
        case .double(let value): value
        case .string("NaN"): .nan
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        case .string(let text) where text.utf8.allSatisfy({ $0 < 0x3A || $0 == 0x65 || $0 == 0x45 }): Double(text)
        default: nil
        }
    }

    /// Exactly, or not at all.
    private static func decimal(_ cell: JSONCell, _ precision: Int, _ scale: Int) -> Int128? {
        let text: String
        switch cell {
        case .long(let value): text = String(value)
        case .double(let value) where value.isFinite: text = value.description
        case .string(let value): text = value
        default: return nil
        }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        let digits = fraction.prefix(scale)
        guard text.utf8.count <= 60, fraction.dropFirst(scale).allSatisfy({ $0 == "0" }),
            parts.count == 1 || !fraction.isEmpty, fraction.allSatisfy(\.isASCII), fraction.allSatisfy(\.isNumber),
            let value = Int128(parts[0] + digits + String(repeating: "0", count: scale - digits.count))
        else { return nil }
        var limit: Int128 = 1
        for _ in 0..<precision { limit *= 10 }
        return value.magnitude < limit.magnitude ? value : nil
    }

    private static func words(_ cell: JSONCell) -> String {
        switch cell {
        case .null: "null"
        case .boolean(let value): value.description
        case .long(let value): value.description
        case .double(let value): value.description
        case .string(let text): "'\(text.prefix(40))'"
        }
    }
}
