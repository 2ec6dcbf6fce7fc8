import Foundation
import MartletDomain
import QueryEngine

/// The least and the greatest of each key column of some rows, to pass by the files that can hold none of them.
///
/// Only integers, dates and texts are compared; whatever a file does not say, or says in another way, keeps it.
struct KeyRange {
    /// A bound in an order that both sides agree on.
    private enum Bound {
        case long(Int64)
        /// Compared byte by byte.
        case text(String)

        func precedes(_ other: Bound) -> Bool {
            switch (self, other) {
            case (.long(let one), .long(let other)): one < other
            case (.text(let one), .text(let other)): one.utf8.lexicographicallyPrecedes(other.utf8)
            default: false
            }
        }
    }

    private var ranges: [String: (lower: Bound, upper: Bound)] = [:]
    private var types: [String: DataType] = [:]
    private var isEmpty = true

    init(of table: String, _ keys: [String], _ schema: TableSchema, _ session: any QuerySession) throws {
        let columns = schema.fields.filter { keys.contains($0.name) && Self.isCompared($0.type) }
        let terms = columns.map { field in
            let name = quotedIdentifier(field.name)
            return "CAST(min(\(name)) AS VARCHAR), CAST(max(\(name)) AS VARCHAR)"
        }
        var values: [String?] = []
        try session.query("SELECT \((["CAST(count(*) AS VARCHAR)"] + terms).joined(separator: ", ")) FROM \(table)") {
            if $0.rowCount > 0 { values = $0.columns.map { $0.strings?.first ?? nil } }
        }
        isEmpty = (values.first ?? "0") == "0"
        for (index, field) in columns.enumerated() where values.count > 2 * index + 2 {
            types[field.name] = field.type
            guard let lower = values[2 * index + 1].flatMap({ Self.bound($0, field.type) }),
                let upper = values[2 * index + 2].flatMap({ Self.bound($0, field.type) })
            else { continue }
            ranges[field.name] = (lower, upper)
        }
    }

    /// False only when the file certainly holds none of the keys.
    func mayBe(in file: AddFile) -> Bool {
        guard !isEmpty else { return false }
        let statistics =
            (file.stats.flatMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) }) as? [String: Any]
        let (lower, upper) = (statistics?["minValues"] as? [String: Any], statistics?["maxValues"] as? [String: Any])
        for (name, range) in ranges {
            guard let type = types[name] else { continue }
            if let value = file.partitionValues?[name] {
                // Null equals no key.
                guard let value, !value.isEmpty else { return false }
                if let bound = Self.bound(value, type), bound.precedes(range.lower) || range.upper.precedes(bound) {
                    return false
                }
            }
            if let bound = upper?[name].flatMap({ Self.bound($0, type) }), bound.precedes(range.lower) { return false }
            if let bound = lower?[name].flatMap({ Self.bound($0, type) }), range.upper.precedes(bound) { return false }
        }
        return true
    }

    private static func isCompared(_ type: DataType) -> Bool {
        switch type {
        case .byte, .short, .integer, .long, .string, .date: true
        default: false
        }
    }

    private static func bound(_ value: Any, _ type: DataType) -> Bound? {
        switch type {
        case .string: return (value as? String).map { .text($0) }
        case .date:
            guard let text = value as? String, PartitionValue.isValid(text, .date), !text.isEmpty else { return nil }
            return .text(text)
        default:
            if let text = value as? String { return Int64(text).map { .long($0) } }
            // A number with a point is another writer's; it says nothing exact.
            guard let number = value as? NSNumber, let long = Int64(number.stringValue) else { return nil }
            return .long(long)
        }
    }
}
