/// How rows are put into a feature table.
public enum FeatureWriteMode: String, Sendable, Codable, CaseIterable {
    /// A row whose key is there takes its place, any other is added; nothing is deleted. Of a table without time, columns
    /// that the rows lack keep what they hold.
    case merge
    /// The rows take the place of all that are there.
    case overwrite
}

extension FeatureTable {
    /// The table's columns after rows of `frame`'s are written: its own, then new ones, which allow nulls.
    ///
    /// - Parameter schema: The table's columns before.
    /// - Throws: ``FeatureError/issues(_:)`` with every problem: a key that is missing, another type, names that differ by
    ///   case only; a column that is missing in an overwrite, or from a table with times, whose rows count whole.
    public func schema(
        afterWriting frame: TableSchema, _ mode: FeatureWriteMode, to schema: TableSchema
    ) throws(FeatureError) -> TableSchema {
        var issues: [FeatureIssue] = []
        _ = frame.reporting(&issues)
        let needed = keys.needed
        for field in schema.fields {
            guard let given = frame[field.name] else {
                if let issue = absence(of: field.name, mode, isNeeded: needed.contains(field.name)) {
                    issues.append(issue)
                }
                continue
            }
            if given.type != field.type { issues.append(.type(given, wanted: field.type)) }
        }
        var after = schema
        for field in frame.fields where schema[field.name] == nil {
            let own = schema.fields.first { $0.name.lowercased() == field.name.lowercased() }
            if let own {
                issues.append(
                    FeatureIssue(
                        .duplicateName,
                        "Column '\(field.name)' of the rows differs from '\(own.name)' of \(name) by case only: "
                            + "rename it"))
            }
            after.fields.append(.init(field.name, field.type))
        }
        guard issues.isEmpty else { throw .issues(issues) }
        return after
    }

    func absence(of column: String, _ mode: FeatureWriteMode, isNeeded: Bool) -> FeatureIssue? {
        if isNeeded {
            let role = keys.roles.first { $0.1.contains(column) }?.0.words ?? "column"
            return FeatureIssue(.missingColumn, "The rows lack '\(column)', the \(role) of \(name)")
        }
        if keys.timeKey != nil {
            return FeatureIssue(
                .missingColumn,
                "The rows lack '\(column)': rows of a table with times count whole, so give every column of \(name)")
        }
        guard mode == .overwrite else { return nil }
        return FeatureIssue(
            .missingColumn,
            "The rows lack '\(column)', and an overwrite replaces whole rows: give every column of \(name)")
    }
}

/// Rows that cannot be told apart, or that are about nothing.
public struct FeatureRowProblems: Sendable, Equatable {
    /// One row of a frame, counted from 1, and its key as text.
    public struct Row: Sendable, Equatable {
        public var number: Int64
        public var key: String

        public init(number: Int64, key: String) { (self.number, self.key) = (number, key) }
    }

    /// The columns of the key, in order.
    public var key: [String]
    /// The first rows with a null in the key, and how many there are in all.
    public var nulls: [Row]
    public var nullCount: Int64
    /// The first rows whose key another row before them has, and how many there are in all.
    public var duplicates: [Row]
    public var duplicateCount: Int64

    /// At most so many rows are named.
    public static let limit = 20

    public init(key: [String], nulls: [Row], nullCount: Int64, duplicates: [Row], duplicateCount: Int64) {
        (self.key, self.nulls, self.nullCount) = (key, nulls, nullCount)
        (self.duplicates, self.duplicateCount) = (duplicates, duplicateCount)
    }

    public var issues: [FeatureIssue] {
        let columns = key.joined(separator: ", ")
        var issues: [FeatureIssue] = []
        if nullCount > 0 {
            issues.append(
                FeatureIssue(
                    .nullKey,
                    "\(rows(nullCount)) a null in the key (\(columns)): \(list(nulls, nullCount)). Give them one, or leave "
                        + "them out"))
        }
        if duplicateCount > 0 {
            issues.append(
                FeatureIssue(
                    .duplicateKey,
                    "\(rows(duplicateCount)) a key (\(columns)) that a row before has: \(list(duplicates, duplicateCount)). "
                        + "Keep one row of each"))
        }
        return issues
    }

    private func rows(_ count: Int64) -> String { count == 1 ? "1 row has" : "\(count) rows have" }

    private func list(_ rows: [Row], _ count: Int64) -> String {
        let shown = rows.prefix(Self.limit).map { "row \($0.number) \(String($0.key.prefix(200)))" }
        let rest = count - Int64(shown.count)
        return shown.joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
    }
}
