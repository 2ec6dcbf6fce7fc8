/// How a training set came about, so that it can be computed again and compared to the last bit.
public struct TrainingSetRecord: Sendable, Hashable, Codable {
    public var table: TableReference
    /// SHA-256 of ``TrainingSetSpecification/canonicalPlan``, 64 hexadecimal digits.
    public var planHash: String
    public var content: TableContent
    /// The rows that features were joined to.
    public var spine: TableReference
    /// What each source's rows were, by the name that the specification uses for it.
    public var sources: [String: TableReference]
    /// The keys and clocks by which each source was read, by the same names.
    public var keys: [String: FeatureTableKeys]
    public var views: [View]
    public var label: [String]
    public var excluded: [String]
    /// What the columns' own times make suspicious.
    public var warnings: [String]
    /// The declaration as it was given, YAML.
    public var specification: String
    public var createdBy: String
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64

    /// A feature view that was used, by its plan.
    public struct View: Sendable, Hashable, Codable {
        public var name: String
        public var version: Int
        /// SHA-256 of ``FeatureView/canonicalPlan``.
        public var hash: String

        public init(name: String, version: Int, hash: String) {
            (self.name, self.version, self.hash) = (name, version, hash)
        }
    }

    public init(
        table: TableReference, planHash: String, content: TableContent, spine: TableReference,
        sources: [String: TableReference], keys: [String: FeatureTableKeys], views: [View], label: [String],
        excluded: [String], warnings: [String],
        specification: String, createdBy: String, createdAt: Int64
    ) {
        (self.table, self.planHash, self.content, self.spine) = (table, planHash, content, spine)
        (self.sources, self.keys, self.views, self.label, self.excluded) = (sources, keys, views, label, excluded)
        (self.warnings, self.specification) = (warnings, specification)
        (self.createdBy, self.createdAt) = (createdBy, createdAt)
    }

    enum CodingKeys: String, CodingKey {
        case table, content, spine, sources, keys, views, label, excluded, warnings, specification
        case planHash = "plan_hash"
        case createdBy = "created_by"
        case createdAt = "created_at"
    }
}

/// What the rows of a table are, in their order, whatever files they lie in.
public struct TableContent: Sendable, Hashable, Codable {
    public struct Column: Sendable, Hashable, Codable {
        public var name: String
        public var type: DataType
        /// SHA-256 of the column's values in order, 64 hexadecimal digits.
        public var hash: String

        public init(name: String, type: DataType, hash: String) {
            (self.name, self.type, self.hash) = (name, type, hash)
        }
    }

    public var rowCount: Int64
    public var columns: [Column]
    /// SHA-256 over the number of rows and the names, types and hashes of the columns.
    public var hash: String

    public init(rowCount: Int64, columns: [Column], hash: String) {
        (self.rowCount, self.columns, self.hash) = (rowCount, columns, hash)
    }

    enum CodingKeys: String, CodingKey {
        case columns, hash
        case rowCount = "row_count"
    }

    /// How this differs from what it should be; empty when it does not.
    public func differences(from expected: TableContent) -> [String] {
        var differences: [String] = []
        if rowCount != expected.rowCount { differences.append("\(rowCount) rows, not \(expected.rowCount)") }
        let own = Dictionary(columns.map { ($0.name, $0) }) { first, _ in first }
        for column in expected.columns {
            guard let found = own[column.name] else {
                differences.append("column '\(column.name)' is missing")
                continue
            }
            if found.type != column.type {
                differences.append("column '\(column.name)' is \(found.type), not \(column.type)")
            } else if found.hash != column.hash {
                differences.append("column '\(column.name)' has other values")
            }
        }
        let names = Set(expected.columns.map(\.name))
        differences += columns.filter { !names.contains($0.name) }.map { "column '\($0.name)' is new" }
        if differences.isEmpty, hash != expected.hash { differences.append("the columns come in another order") }
        return differences
    }
}
