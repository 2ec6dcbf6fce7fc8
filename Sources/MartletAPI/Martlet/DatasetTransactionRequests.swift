public import MartletDomain

/// Opens a transaction, which takes files until it is committed or aborted.
public struct BeginTransaction: MartletRequest {
    public typealias Response = DatasetTransaction
    public static let path = "datasets/transactions/begin"

    public var table: TableName
    public var kind: DatasetTransaction.Kind
    public var keys: [String]?
    /// A row expression, for a deletion.
    public var predicate: String?
    public var runID: String?
    /// What the rows were computed from.
    public var inputs: [TableReference]?

    public init(
        table: TableName, kind: DatasetTransaction.Kind, keys: [String]? = nil, predicate: String? = nil,
        runID: String? = nil, inputs: [TableReference]? = nil
    ) {
        (self.table, self.kind, self.keys, self.predicate) = (table, kind, keys, predicate)
        (self.runID, self.inputs) = (runID, inputs)
    }

    enum CodingKeys: String, CodingKey {
        case table, kind, keys, predicate, inputs
        case runID = "run_id"
    }
}

/// Puts the rows of an uploaded file into an open transaction: all of them, or none.
public struct AddToTransaction: MartletRequest {
    public typealias Response = DatasetTransaction
    public static let path = "datasets/transactions/add"

    public var transaction: String
    /// What the upload answered.
    public var upload: String
    public var fileName: String

    public init(transaction: String, upload: String, fileName: String) {
        (self.transaction, self.upload, self.fileName) = (transaction, upload, fileName)
    }

    enum CodingKeys: String, CodingKey {
        case transaction, upload
        case fileName = "file_name"
    }
}

/// Commits a transaction as the table's next version. Asking again gives the version that it has made.
public struct CommitTransaction: MartletRequest {
    public typealias Response = DatasetVersion
    public static let path = "datasets/transactions/commit"

    public var transaction: String

    public init(transaction: String) { self.transaction = transaction }
}

/// Gives a transaction up, with all that was put into it.
public struct AbortTransaction: MartletRequest {
    public typealias Response = DatasetTransaction
    public static let path = "datasets/transactions/abort"

    public var transaction: String

    public init(transaction: String) { self.transaction = transaction }
}

/// Transactions, those opened last first.
public struct ListTransactions: MartletRequest {
    public struct Response: Codable, Sendable {
        public var transactions: [DatasetTransaction]
        public init(transactions: [DatasetTransaction]) { self.transactions = transactions }
    }
    public static let path = "datasets/transactions/list"

    public var table: TableName?
    /// Whether those that were committed or aborted are among them.
    public var ended: Bool

    public init(table: TableName? = nil, ended: Bool = false) { (self.table, self.ended) = (table, ended) }
}

public struct ShowTransaction: MartletRequest {
    public typealias Response = DatasetTransaction
    public static let path = "datasets/transactions/show"

    public var transaction: String

    public init(transaction: String) { self.transaction = transaction }
}
