import Foundation
import MartletDomain
import QueryEngine

/// Bounds of some columns, to pass by the files that can hold no row within them.
///
/// Whatever a file does not say, or says in another way, keeps it.
struct KeyRange {
    private struct Range {
        var type: DataType
        var lower: StatisticsBound?
        var upper: StatisticsBound?
    }

    /// By the column's name in statistics and partition values.
    private var ranges: [String: [Range]] = [:]
    private var isEmpty = false

    /// The least and the greatest of each key column of the rows of a table.
    init(of table: String, _ keys: [String], _ schema: TableSchema, _ session: any QuerySession) throws {
        let columns = schema.fields.filter { keys.contains($0.name) && StatisticsBound.isCompared($0.type) }
        let terms = columns.flatMap { field in
            ["min", "max"].map { Self.text("\($0)(\(quotedIdentifier(field.name)))", field.type) }
        }
        var values: [String?] = []
        try session.query("SELECT \((["CAST(count(*) AS VARCHAR)"] + terms).joined(separator: ", ")) FROM \(table)") {
            if $0.rowCount > 0 { values = $0.columns.map { $0.strings?.first ?? nil } }
        }
        isEmpty = (values.first ?? "0") == "0"
        for (index, field) in columns.enumerated() where values.count > 2 * index + 2 {
            let lower = values[2 * index + 1].flatMap { Self.bound($0, field.type) }
            let upper = values[2 * index + 2].flatMap { Self.bound($0, field.type) }
            ranges[field.name] = [Range(type: field.type, lower: lower, upper: upper)]
        }
    }

    /// Bounds of the columns that are there; null is never within.
    init(_ bounds: [ColumnBounds], _ columns: [TableColumn]) {
        for bound in bounds {
            let name = bound.column.lowercased()
            guard let column = columns.first(where: { $0.field.name.lowercased() == name }),
                StatisticsBound.isCompared(column.field.type), !column.hasLocalTime
            else { continue }
            let lower = bound.lower.flatMap { StatisticsBound($0, column.field.type) }
            let upper = bound.upper.flatMap { StatisticsBound($0, column.field.type) }
            guard lower != nil || upper != nil else { continue }
            ranges[column.physicalName, default: []].append(
                Range(type: column.field.type, lower: lower, upper: upper))
        }
    }

    /// False only when the file certainly holds no row within the bounds.
    func mayBe(in file: AddFile) -> Bool {
        guard !isEmpty else { return false }
        guard !ranges.isEmpty else { return true }
        let statistics =
            (file.stats.flatMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) }) as? [String: Any]
        let (least, greatest) = (statistics?["minValues"] as? [String: Any], statistics?["maxValues"] as? [String: Any])
        for (name, ranges) in ranges {
            for range in ranges {
                var lower = least?[name].flatMap { StatisticsBound($0, range.type, .least) }
                var upper = greatest?[name].flatMap { StatisticsBound($0, range.type, .greatest) }
                if let value = file.partitionValues?[name] {
                    guard let value, !value.isEmpty else { return false }
                    lower = StatisticsBound(value, range.type, .least)
                    upper = StatisticsBound(value, range.type, .greatest)
                }
                if let upper, let wanted = range.lower, upper.precedes(wanted) { return false }
                if let lower, let wanted = range.upper, wanted.precedes(lower) { return false }
            }
        }
        return true
    }

    /// A value as text; null for an instant that has no end.
    private static func text(_ value: String, _ type: DataType) -> String {
        type == .timestamp
            ? "CASE WHEN isfinite(\(value)) THEN CAST(epoch_us(\(value)) AS VARCHAR) END" : "CAST(\(value) AS VARCHAR)"
    }

    private static func bound(_ text: String, _ type: DataType) -> StatisticsBound? {
        type == .timestamp ? Int64(text).map { .long($0) } : StatisticsBound(text, type, .exact)
    }
}
