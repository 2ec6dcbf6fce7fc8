import Foundation
import MartletDomain

/// The columns of a table as its metadata holds them: JSON inside a string.
///
/// Source: delta-io/delta, PROTOCOL.md, "Schema Serialization Format".
enum SchemaString {
    private struct Root: Decodable { var fields: [Field] }

    private struct Field: Decodable {
        var name: String
        var type: TypeName
        var nullable: Bool?
        var metadata: Metadata?
    }

    private struct Metadata: Decodable {
        /// Whatever is there; only that it is there matters.
        struct Present: Decodable {
            init(from decoder: any Decoder) {}
        }

        var invariants: Present?
        var physicalName: String?
        var id: Int32?

        enum CodingKeys: String, CodingKey {
            case invariants = "delta.invariants"
            case physicalName = "delta.columnMapping.physicalName"
            case id = "delta.columnMapping.id"
        }

        /// What is of another type is as good as absent.
        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            invariants = try members.decodeIfPresent(Present.self, forKey: .invariants)
            physicalName = try? members.decode(String.self, forKey: .physicalName)
            id = try? members.decode(Int32.self, forKey: .id)
        }
    }

    /// A word, or the kind of a nested type.
    private struct TypeName: Decodable {
        var word: String
        private struct Nested: Decodable { var type: String }

        init(from decoder: any Decoder) throws {
            if let word = try? decoder.singleValueContainer().decode(String.self) {
                self.word = word
            } else {
                word = try Nested(from: decoder).type
            }
        }
    }

    static func encode(_ schema: TableSchema) -> String {
        let fields = schema.fields.map { field in
            JSONText.object([
                ("name", .string(field.name)), ("type", .string(field.type.description)),
                ("nullable", .boolean(field.nullable)), ("metadata", .object([])),
            ])
        }
        return JSONText.object([("type", .string("struct")), ("fields", .array(fields))]).text
    }

    /// The columns, and the names of those with an invariant.
    /// - Parameter hasLocalTimes: Whether the table may have columns of type `timestamp_ntz`. They become `timestamp`,
    ///   the instants at which a clock in UTC shows their readings.
    static func decode(
        _ text: String, _ mapping: ColumnMapping = .unmapped, hasLocalTimes: Bool = false, table: String
    ) throws(DeltaError) -> ([TableColumn], invariants: [String]) {
        let root: Root
        do {
            root = try JSONDecoder().decode(Root.self, from: Data(text.utf8))
        } catch {
            throw .malformedLog(table: table, entry: "metaData", line: nil, reason: "has a schema that does not parse")
        }
        var columns: [TableColumn] = []
        for field in root.fields {
            let isLocal = hasLocalTimes && field.type.word == "timestamp_ntz"
            guard let type = isLocal ? .timestamp : DataType(field.type.word) else {
                throw .columnType(table: table, column: field.name, type: field.type.word)
            }
            var column = TableColumn(
                field: .init(field.name, type, nullable: field.nullable ?? true), physicalName: field.name)
            column.hasLocalTime = isLocal
            if mapping != .unmapped { column.physicalName = field.metadata?.physicalName ?? "" }
            if mapping == .id { column.fieldID = field.metadata?.id }
            columns.append(column)
        }
        let problems = problems(in: TableSchema(columns.map(\.field))) + problems(in: columns, mapping)
        guard problems.isEmpty else {
            let reason = "has a schema that cannot be used (\(problems.joined(separator: "; ")))"
            throw .malformedLog(table: table, entry: "metaData", line: nil, reason: reason)
        }
        return (columns, root.fields.filter { $0.metadata?.invariants != nil }.map(\.name))
    }

    /// Why the columns cannot be told apart in data files.
    private static func problems(in columns: [TableColumn], _ mapping: ColumnMapping) -> [String] {
        guard mapping != .unmapped else { return [] }
        var problems: [String] = []
        var names: Set<String> = []
        var numbers: Set<Int32> = []
        for column in columns {
            let name = column.physicalName
            if name.isEmpty || name.unicodeScalars.contains(where: { $0.value < 32 }) {
                problems.append("column '\(column.field.name)' has no usable delta.columnMapping.physicalName")
            } else if !names.insert(name.lowercased()).inserted {
                problems.append("two columns have the physical name '\(name)'")
            }
            guard mapping == .id else { continue }
            guard let number = column.fieldID else {
                problems.append("column '\(column.field.name)' has no delta.columnMapping.id")
                continue
            }
            if !numbers.insert(number).inserted { problems.append("two columns have the number \(number)") }
        }
        return problems
    }

    /// Why no table can have these columns; empty when one can.
    static func problems(in schema: TableSchema) -> [String] {
        var problems = schema.fields.isEmpty ? ["it has no columns"] : []
        var seen: [String: String] = [:]
        for name in schema.names {
            if name.isEmpty || name.unicodeScalars.contains(where: { $0.value < 32 }) {
                problems.append("column name \(JSONText.string(name).text) is empty or has control characters")
            }
            if let other = seen.updateValue(name, forKey: name.lowercased()) {
                problems.append("columns '\(other)' and '\(name)' differ at most by case")
            }
        }
        return problems
    }
}
