/// Why a table could not be named, read or written.
public enum DatasetError: MartletError, Equatable {
    case invalidName(String)
    case invalidReference(String)
    case missing(TableName)
    case missingColumns([String], table: String)
    case unreadableFile(String, reason: String)
    case noRows(String)

    public var code: ErrorCode {
        switch self {
        case .missing: .resourceDoesNotExist
        default: .invalidParameterValue
        }
    }

    public var message: String {
        switch self {
        case .invalidName(let name):
            "'\(name)' is not a table name: write schema.table or catalog.schema.table, "
                + "each part of letters, digits and underscores."
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
        }
    }
}
