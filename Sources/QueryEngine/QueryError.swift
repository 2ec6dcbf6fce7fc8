package import MartletDomain

/// What a query engine refuses, with the engine's own words where it has them.
package enum QueryError: MartletError, Equatable {
    /// Settings that no engine can be started with.
    case invalidConfiguration([String])
    /// The library opened, but it is not one that we can speak to.
    case unsupportedLibrary(missing: String)
    /// The database did not start.
    case notStarted(String)
    /// The engine was closed, or the session was kept after the closure that it was lent to.
    case closed
    /// The statement was refused or failed; the text is the engine's.
    case statementFailed(String)
    /// The statement has `expected` parameters and was given another number of them.
    case parameterCount(expected: Int, given: Int)
    /// A result column of a type that tables do not have.
    case unsupportedType(column: String, type: String, mend: String)
    /// The statement needed more memory than the engine may use.
    case outOfMemory(String)
    /// The disk has less room left than statements may leave it.
    case diskFull(freeInBytes: Int64, keptInBytes: Int64)
    /// The statement wrote more than one may.
    case writeLimit(bytes: Int64)
    /// Rows that cannot be appended, or batches that do not belong together.
    case invalidBatch(String)
    /// A batch lacks that column.
    case missingColumn(String, present: [String])
    /// A defect of the engine. It is started afresh for the next session.
    case engineFailed(String)

    package var code: ErrorCode {
        switch self {
        case .invalidConfiguration, .statementFailed, .parameterCount, .unsupportedType, .invalidBatch, .missingColumn:
            .invalidParameterValue
        case .unsupportedLibrary: .featureDisabled
        case .notStarted, .engineFailed: .internalError
        case .closed: .temporarilyUnavailable
        case .outOfMemory, .diskFull, .writeLimit: .requestLimitExceeded
        }
    }

    package var message: String {
        switch self {
        case .invalidConfiguration(let problems):
            problems.joined(separator: "\n")
        case .unsupportedLibrary(let missing):
            "DuckDB is not available: the library that was opened lacks \(missing) (1.4 or newer is needed). "
                + "Run `make setup` in the checkout."
        case .notStarted(let reason):
            "DuckDB did not start: \(reason)"
        case .closed:
            "The query engine is closed: the server is stopping. Ask again when it has started."
        case .statementFailed(let reason):
            reason
        case .parameterCount(let expected, let given):
            "The statement has \(expected) parameters (?) and \(given) values were given."
        case .unsupportedType(let column, let type, let mend):
            "Column '\(column)' is \(type), which tables do not have. \(mend)"
        case .outOfMemory(let reason):
            "The query needs more memory than the engine may use. Select fewer columns or rows, or aggregate first, or "
                + "raise the memory limit. The engine says: \(reason)"
        case .diskFull(let free, let kept):
            "The query was stopped, and nothing of it is kept: the disk has \(free >> 20) MiB free, and queries leave it "
                + "\(kept >> 20) MiB. Select fewer rows, or make room on the server's disk (martlet.yaml, engine: "
                + "keep_free_mb)."
        case .writeLimit(let bytes):
            "The query was stopped, and nothing of it is kept: it wrote more than \(bytes >> 20) MiB. Select fewer rows, or "
                + "raise the limit (martlet.yaml, engine: write_limit_mb)."
        case .invalidBatch(let reason):
            reason
        case .missingColumn(let name, let present):
            "There is no column '\(name)'. There are: \(present.joined(separator: ", "))."
        case .engineFailed(let reason):
            "The query engine failed and is started afresh: \(reason)"
        }
    }
}
