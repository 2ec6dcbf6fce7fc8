/// Why a table could not be named, read or written.
public enum DatasetError: MartletError, Equatable {
    case invalidName(String)
    case invalidReference(String)
    case missing(TableName)
    case missingColumns([String], table: String)
    case unreadableFile(String, reason: String)
    case noRows(String)
    case missingBranch(TableName)
    case branchExists(TableName)
    /// Main is not any more at the version that the branch began with.
    case mainMoved(TableName, base: Int64, latest: Int64)
    /// Something that must stay readable was computed from the branch.
    case branchInUse(TableName, by: [String])
    case unknownTransaction(String)
    case transactionEnded(String, DatasetTransaction.State)
    /// What was asked does not go with the transaction's kind.
    case unfitTransaction(DatasetTransaction.Kind, reason: String)
    case shortRetention(hours: Int)
    case beforeFirstVersion(TableName, Instant)

    public var code: ErrorCode {
        switch self {
        case .missing, .missingBranch, .unknownTransaction, .beforeFirstVersion: .resourceDoesNotExist
        case .branchExists: .resourceAlreadyExists
        case .mainMoved, .transactionEnded: .resourceConflict
        case .branchInUse: .invalidState
        default: .invalidParameterValue
        }
    }

    public var message: String {
        switch self {
        case .invalidName(let name):
            "'\(name)' is not a table name: write schema.table or catalog.schema.table, "
                + "each part of letters, digits and underscores, and a branch after a colon, schema.table:branch."
        case .invalidReference(let text):
            "'\(text)' is not a table version: write schema.table@version, as `martlet data history schema.table` lists them."
        case .missing(let name):
            "There is no table \(name). Import it with `martlet data import \(name) FILE`, "
                + "or see what there is with `martlet data list`."
        case .missingColumns(let columns, let table):
            "\(table) lacks the column\(columns.count == 1 ? "" : "s") \(columns.joined(separator: ", ")). "
                + "Its columns are listed by `martlet data show \(table)`."
        case .unreadableFile(let file, let reason):
            "\(file) was not imported and no table was changed: \(reason)"
        case .noRows(let what):
            "\(what) has no rows, so there is nothing to compute."
        default: otherMessage
        }
    }

    private var otherMessage: String {
        switch self {
        case .missingBranch(let name):
            "\(name.main) has no branch \(name.branch ?? TableName.mainBranch). Create it with "
                + "`martlet data branch create \(name.main) \(name.branch ?? "NAME")`, or see which there are with "
                + "`martlet data branch list \(name.main)`."
        case .branchExists(let name):
            "\(name.main) has a branch \(name.branch ?? TableName.mainBranch) already. Take another name, or delete it "
                + "with `martlet data branch delete \(name.main) \(name.branch ?? "NAME")`."
        case .mainMoved(let name, let base, let latest):
            "\(name.main) was not changed: \(name) began with version \(base), and main is at \(latest) by now. See what "
                + "came in between with `martlet data history \(name.main)`; then create a branch of version \(latest) "
                + "and do the work again there."
        case .branchInUse(let name, let users):
            "The branch \(name) was not deleted, because \(users.joined(separator: ", ")) "
                + "\(users.count == 1 ? "was" : "were") computed from it and could not be looked into any more."
        case .unknownTransaction(let id):
            "There is no transaction \(id). See which are open with `martlet data transaction list`."
        case .transactionEnded(let id, let state):
            "Transaction \(id) is \(state.rawValue) already. Begin another with `martlet data transaction begin`."
        case .unfitTransaction(let kind, let reason):
            "\(kind.rawValue): \(reason)"
        case .shortRetention(let hours):
            "Nothing was vacuumed: a retention of \(hours) hours is shorter than the seven days in which somebody may "
                + "still be reading a version that was just replaced, or writing files that no commit names yet. If "
                + "nobody is, add --force."
        case .beforeFirstVersion(let name, let instant):
            "\(name) had no version yet at \(instant). See when the first was written with "
                + "`martlet data history \(name)`."
        default: "The table was refused."
        }
    }
}
