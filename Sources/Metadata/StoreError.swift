package import MartletDomain

/// The database did not do what was asked of it. Never the fault of whoever asked.
package enum StoreError: MartletError, Equatable {
    case unexpectedValue(column: String)
    case newerSchema(found: Int64, known: Int64)
    case closed
    case busy(waiting: Int)
    case notDurable(String)
    /// The database file can't be opened, or not read to its end.
    case unreadable(path: String, reason: String)

    package var code: ErrorCode {
        switch self {
        case .unexpectedValue, .notDurable: .internalError
        case .unreadable: .dataLoss
        case .newerSchema: .invalidState
        case .closed, .busy: .temporarilyUnavailable
        }
    }

    package var message: String {
        switch self {
        case .unexpectedValue(let column):
            "The metadata database holds a value of another type in column \(column). Run `martlet audit verify`."
        case .newerSchema(let found, let known):
            "The workspace was written by a newer Martlet (schema \(found); this one knows \(known)). "
                + "Open it with that version or a later one."
        case .closed: "The workspace is closing; nothing was written. Ask again when the server is back."
        case .busy(let waiting):
            "\(waiting) changes are waiting to be written, more than the server holds. Nothing was written; ask again."
        case .notDurable(let reason):
            "The change could not be made durable and was not applied: \(reason). "
                + "Make room on the disk or mend it, then ask again."
        case .unreadable(let path, let reason):
            "The metadata database \(path) can't be read: \(reason). `martlet init` makes a workspace; "
                + "a damaged one is restored from a copy."
        }
    }
}
