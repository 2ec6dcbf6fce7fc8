package import MartletDomain

extension Relation {
    /// What a declaration says the columns must be.
    /// - Throws: ``FeatureError/issues(_:)`` with every word that is no type.
    static func kinds(_ schema: [ColumnDeclaration], of place: String) throws(FeatureError) -> [Column] {
        var issues: [FeatureIssue] = []
        let columns = schema.compactMap { column -> Column? in
            if let kind = ColumnKind(declared: column.type) { return .init(column.name, kind) }
            issues.append(
                FeatureIssue(.invalidDeclaration, "\(place): column \(column.name) has the unknown type \(column.type)")
            )
            return nil
        }
        guard issues.isEmpty else { throw .issues(issues) }
        return columns
    }

    /// - Throws: ``FeatureError/issues(_:)`` with every column that is missing or of another type.
    func check(_ declared: [Column], of place: String) throws(FeatureError) {
        var issues: [FeatureIssue] = []
        for column in declared {
            guard let kind = self[column.name] else {
                issues.append(
                    FeatureIssue(.missingColumn, "\(place) has no column \(column.name); it has \(columnNames)"))
                continue
            }
            if kind != column.kind {
                issues.append(
                    FeatureIssue(.typeMismatch, "\(place): \(column.name) is declared \(column.kind) and is \(kind)"))
            }
        }
        guard issues.isEmpty else { throw .issues(issues) }
    }

    /// Of these columns those that are declared, in the order of the declaration; all, if nothing is.
    ///
    /// - Parameter place: What the rows are called in messages.
    /// - Throws: ``FeatureError/issues(_:)`` with every column that is missing or of another type.
    package func declared(as schema: [ColumnDeclaration]?, of place: String) throws(FeatureError) -> Relation {
        guard let schema else { return self }
        let columns = try Self.kinds(schema, of: place)
        try check(columns, of: place)
        return Relation(sql: sql, columns: columns)
    }
}
