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
        var invariants: AddFile.Ignored?
        enum CodingKeys: String, CodingKey { case invariants = "delta.invariants" }
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
    static func decode(_ text: String, table: String) throws(DeltaError) -> (TableSchema, invariants: [String]) {
        let root: Root
        do {
            root = try JSONDecoder().decode(Root.self, from: Data(text.utf8))
        } catch {
            throw .malformedLog(table: table, entry: "metaData", line: nil, reason: "has a schema that does not parse")
        }
        var fields: [TableSchema.Field] = []
        var invariants: [String] = []
        for field in root.fields {
            guard let type = DataType(field.type.word) else {
                throw .columnType(table: table, column: field.name, type: field.type.word)
            }
            fields.append(.init(field.name, type, nullable: field.nullable ?? true))
            if field.metadata?.invariants != nil { invariants.append(field.name) }
        }
        let schema = TableSchema(fields)
        let problems = problems(in: schema)
        guard problems.isEmpty else {
            let reason = "has a schema that cannot be used (\(problems.joined(separator: "; ")))"
            throw .malformedLog(table: table, entry: "metaData", line: nil, reason: reason)
        }
        return (schema, invariants)
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
