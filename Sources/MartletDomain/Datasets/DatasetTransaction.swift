/// A change of a table in the making: it is opened, takes files, and is committed as one version or aborted.
public struct DatasetTransaction: Sendable, Hashable, Codable {
    /// What it does to the rows that are there.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// They go, and the new rows take their place.
        case snapshot = "SNAPSHOT"
        /// They stay, and the new rows are added.
        case append = "APPEND"
        /// Those with the key of a new row go, and the new rows are added.
        case update = "UPDATE"
        /// Those that a predicate holds for, or whose key a file names, go.
        case delete = "DELETE"
    }

    public enum State: String, Sendable, Hashable, Codable { case open, committed, aborted }

    /// A file that was put into it.
    public struct File: Sendable, Hashable, Codable {
        public var name: String
        public var rows: Int64
        /// SHA-256 of its bytes, in hexadecimal.
        public var sha256: String

        public init(name: String, rows: Int64, sha256: String) {
            (self.name, self.rows, self.sha256) = (name, rows, sha256)
        }
    }

    public var id: String
    public var table: TableName
    public var kind: Kind
    /// The columns that tell rows apart, for an update and for a deletion by keys.
    public var keys: [String]
    /// The row expression that holds for the rows to delete.
    public var predicate: String?
    /// The tracking run that does it.
    public var runID: String?
    /// What the rows were computed from.
    public var inputs: [TableReference]
    public var state: State
    /// In the order they were put in.
    public var files: [File]
    public var openedBy: String
    /// Milliseconds since 1970 UTC.
    public var openedAt: Int64
    public var endedAt: Int64?
    /// The version that it became.
    public var version: Int64?

    public init(
        id: String, table: TableName, kind: Kind, keys: [String] = [], predicate: String? = nil, runID: String? = nil,
        inputs: [TableReference] = [], state: State = .open, files: [File] = [], openedBy: String, openedAt: Int64,
        endedAt: Int64? = nil, version: Int64? = nil
    ) {
        (self.id, self.table, self.kind, self.keys, self.predicate) = (id, table, kind, keys, predicate)
        (self.runID, self.inputs, self.state, self.files) = (runID, inputs, state, files)
        (self.openedBy, self.openedAt, self.endedAt, self.version) = (openedBy, openedAt, endedAt, version)
    }

    /// Everything that keeps a transaction of these settings from being opened; empty when nothing does.
    public static func problems(_ kind: Kind, keys: [String], predicate: String?) -> [String] {
        var problems: [String] = []
        switch kind {
        case .snapshot, .append:
            if !keys.isEmpty { problems.append("Only UPDATE and DELETE take key columns.") }
        case .update:
            if keys.isEmpty { problems.append("UPDATE needs key columns: name those that tell rows apart.") }
        case .delete:
            if keys.isEmpty == (predicate == nil) {
                problems.append("DELETE takes either a predicate or key columns: give one of them.")
            }
        }
        if kind != .delete, predicate != nil { problems.append("Only DELETE takes a predicate.") }
        if Set(keys).count != keys.count || keys.contains("") {
            problems.append("Key columns have names, and each stands once.")
        }
        return problems
    }

    enum CodingKeys: String, CodingKey {
        case id, table, kind, keys, predicate, inputs, state, files, version
        case runID = "run_id"
        case openedBy = "opened_by"
        case openedAt = "opened_at"
        case endedAt = "ended_at"
    }
}

/// A branch of a table.
public struct DatasetBranch: Sendable, Hashable, Codable {
    /// With the branch's name: `schema.table:cleaned`.
    public var table: TableName
    /// Main's version that it began with or was last fast-forwarded to. While main is there still, main can be
    /// fast-forwarded to the branch.
    public var base: Int64
    /// Its own newest version.
    public var version: Int64
    public var rows: Int64
    /// Main's newest version.
    public var mainVersion: Int64
    public var createdBy: String
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64

    public init(
        table: TableName, base: Int64, version: Int64, rows: Int64, mainVersion: Int64, createdBy: String,
        createdAt: Int64
    ) {
        (self.table, self.base, self.version, self.rows, self.mainVersion) = (table, base, version, rows, mainVersion)
        (self.createdBy, self.createdAt) = (createdBy, createdAt)
    }

    enum CodingKeys: String, CodingKey {
        case table, base, version, rows
        case mainVersion = "main_version"
        case createdBy = "created_by"
        case createdAt = "created_at"
    }
}

/// A version that must stay readable, and why.
public struct DatasetPin: Sendable, Hashable, Codable {
    public var version: Int64
    /// `training set demo.training@0`, `model flight-delay/3` …
    public var reasons: [String]
    /// False when somebody has removed what it needs already.
    public var isReadable: Bool

    public init(version: Int64, reasons: [String], isReadable: Bool) {
        (self.version, self.reasons, self.isReadable) = (version, reasons, isReadable)
    }

    enum CodingKeys: String, CodingKey {
        case version, reasons
        case isReadable = "is_readable"
    }
}
