import AuditLog

/// A query for the state that an action changes: what it gives is digested before and after.
package struct StateQuery: Sendable {
    package var sql: String
    package var arguments: [SQLValue]

    package init(_ sql: String, _ arguments: [SQLValue]) { (self.sql, self.arguments) = (sql, arguments) }
}

extension Snapshot {
    /// SHA-256 (64 hexadecimal digits) of the canonical JSON of all rows, `[[{column: value}]]`, a list for each query;
    /// nil when there are no rows.
    ///
    /// Integers and numbers are texts in it, so that one of any size has one spelling; bytes stand as their SHA-256.
    func digest(of queries: [StateQuery]) throws -> String? {
        var (tables, isEmpty): ([CanonicalJSON], Bool) = ([], true)
        for query in queries {
            let found = try rows(query.sql, query.arguments)
            if !found.isEmpty { isEmpty = false }
            tables.append(.array(found.map(\.canonicalJSON)))
        }
        return isEmpty ? nil : try CanonicalJSON.array(tables).sha256Hex()
    }
}

extension SQLRow {
    fileprivate var canonicalJSON: CanonicalJSON {
        var members: [String: CanonicalJSON] = [:]
        for (column, value) in zip(columns, values) {
            members[column] =
                switch value {
                case .null: .null
                case .integer(let integer): .string("\(integer)")
                case .real(let real): .string("\(real)")
                case .text(let text): .string(text)
                case .blob(let bytes): .string(CanonicalJSON.sha256Hex(bytes))
                }
        }
        return .object(members)
    }
}
