import Foundation
import MartletDomain

extension SchemaString {
    /// `text` with the columns of `schema`: what the log says of a column besides name, type and null (comments, say)
    /// stays, and so does what it says of the whole. Columns that `text` lacks come as they are.
    static func adapted(_ text: String, to schema: TableSchema, table: String) throws(DeltaError) -> String {
        let unusable = DeltaError.malformedLog(
            table: table, entry: "metaData", line: nil, reason: "has a schema that does not parse")
        guard var root = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any],
            let old = root["fields"] as? [[String: Any]]
        else { throw unusable }
        root["fields"] = schema.fields.map { field -> [String: Any] in
            var known = old.first { $0["name"] as? String == field.name } ?? ["metadata": [String: Any]()]
            known["name"] = field.name
            known["type"] = field.type.description
            known["nullable"] = field.nullable
            return known
        }
        guard
            let data = try? JSONSerialization.data(
                withJSONObject: root, options: [.sortedKeys, .withoutEscapingSlashes])
        else { throw unusable }
        return String(decoding: data, as: UTF8.self)
    }
}
