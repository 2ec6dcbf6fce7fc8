package import Foundation
package import MartletDomain

/// Why a table was not read or not written.
package enum DeltaError: MartletError, Equatable {
    case tableNotFound(table: String)
    case tableExists(table: String)
    case unknownVersion(table: String, Int64, available: ClosedRange<Int64>)
    case beforeFirstCommit(table: String, Date, earliest: Date)
    /// The table asks of its readers more than protocol 3.
    case readerVersion(table: String, Int)
    /// The table asks of its writers a protocol that nobody knows, or one that does not say what it asks.
    case writerVersion(table: String, Int)
    /// The table asks of its readers features that are not there.
    case readerFeatures(table: String, [String])
    /// The table asks of its writers features that are not there.
    case writerFeatures(table: String, [String])
    /// A file has a deletion vector, and the protocol of the table does not allow one.
    case deletionVectors(table: String, path: String)
    /// The deletion vector of a data file cannot be read; `reason` is the rest of a sentence about it.
    case deletionVector(table: String, path: String, reason: String)
    /// A checkpoint names a sidecar that is gone.
    case missingSidecar(table: String, checkpoint: String, path: String)
    /// The columns of a data file have no numbers, and the table finds columns by them.
    case missingFieldIDs(table: String, path: String)
    /// A data file with deleted rows has a column of a name that the engine needs for itself.
    case reservedColumn(table: String, path: String, column: String)
    case fileFormat(table: String, String)
    case columnType(table: String, column: String, type: String)
    case invariants(table: String, columns: [String])
    case appendOnly(table: String)
    /// A property of the table that cannot be what it says.
    case invalidProperty(table: String, name: String, value: String)
    case malformedLog(table: String, entry: String, line: Int?, reason: String)
    case logTooLarge(table: String, entry: String, bytes: Int64, limit: Int64)
    case missingLogEntries(table: String, Int64, wanted: Int64)
    case missingDataFile(table: String, path: String)
    case damagedDataFile(table: String, path: String)
    /// A data file is shorter than it was when it was committed.
    case truncatedDataFile(table: String, path: String, bytes: Int64, logged: Int64)
    case pathOutsideTable(table: String, path: String)
    case schemaMismatch(table: String, problems: [String])
    /// Changes were asked for from a later version to an earlier one.
    case reversedVersions(table: String, after: Int64, through: Int64)
    /// Rows before and after a version have columns that do not compare.
    case redefined(table: String, version: Int64, problems: [String])
    case conflict(table: String, version: Int64, reason: String)
    case fileSystem(operation: String, file: String, reason: String)
    /// The commit is in the log, but the disk did not confirm that it will survive a power cut.
    case durabilityUnknown(table: String, version: Int64, reason: String)

    package var code: ErrorCode {
        switch self {
        case .tableNotFound, .unknownVersion, .beforeFirstCommit: .resourceDoesNotExist
        case .tableExists: .resourceAlreadyExists
        case .readerVersion, .writerVersion, .readerFeatures, .writerFeatures, .fileFormat, .columnType, .invariants,
            .reservedColumn:
            .notImplemented
        case .appendOnly, .invalidProperty, .redefined: .invalidState
        case .malformedLog, .logTooLarge, .missingLogEntries, .missingDataFile, .damagedDataFile, .truncatedDataFile,
            .pathOutsideTable, .deletionVectors, .deletionVector, .missingSidecar, .missingFieldIDs:
            .dataLoss
        case .schemaMismatch, .reversedVersions: .invalidParameterValue
        case .conflict: .resourceConflict
        case .fileSystem, .durabilityUnknown: .internalError
        }
    }
}

extension DeltaError {
    package var message: String {
        switch self {
        case .tableNotFound(let table):
            "There is no Delta table '\(table)': it has no _delta_log. Create it, or append to it, which creates it."
        case .tableExists(let table):
            "Table '\(table)' is there already. Append to it, overwrite it, or take another name."
        case .unknownVersion(let table, let version, let available):
            "Table '\(table)' has no version \(version): its log holds \(available.lowerBound) to "
                + "\(available.upperBound). Ask for one of these."
        case .beforeFirstCommit(let table, let date, let earliest):
            "Table '\(table)' has no version as of \(Self.text(date)): its first is of \(Self.text(earliest)). "
                + "Ask for that time or a later one."
        case .readerVersion(let table, let version):
            "Table '\(table)' was not read: it needs a reader of protocol \(version), and Martlet reads protocols 1 "
                + "to 3. Have it copied to a table of an earlier protocol by the program that wrote it."
        case .writerVersion(let table, let version):
            "Table '\(table)' was not changed: it needs a writer of protocol \(version) and does not say for which "
                + "features. It can be read; write to a table of your own."
        case .readerFeatures(let table, let features):
            "Table '\(table)' was not read: it needs a reader with the feature\(features.count == 1 ? "" : "s") "
                + "\(Self.list(features)), and Martlet has \(Self.list(TableFeature.read.sorted())). Have them "
                + "dropped by the program that wrote it: in Spark, ALTER TABLE … DROP FEATURE \(features.first ?? "")."
        case .writerFeatures(let table, let features):
            "Table '\(table)' was not changed: it needs a writer with the feature\(features.count == 1 ? "" : "s") "
                + "\(Self.list(features)), which Martlet has not. It can be read; write to a table of your own, or "
                + "have them dropped (in Spark, ALTER TABLE … DROP FEATURE \(features.first ?? ""))."
        case .fileFormat(let table, let format):
            "Table '\(table)' was not read: its files are '\(format)', and Martlet reads parquet. Convert it with the "
                + "program that wrote it."
        case .columnType(let table, let column, let type):
            "Table '\(table)' was not read: column '\(column)' has type \(type), which Martlet does not read. "
                + "Have it written as a type of protocol 1 without nesting (a timestamp with its time zone, a string "
                + "of JSON), or leave it out of the table."
        case .invariants(let table, let columns):
            "Table '\(table)' was not changed: Martlet cannot check the invariants of \(Self.list(columns)). "
                + "Write to it with the program that declared them, or take delta.invariants out of the schema."
        case .appendOnly(let table):
            "Table '\(table)' was not changed: it is append-only (delta.appendOnly), and this would remove rows. "
                + "Append instead, or set that property to false with the program that set it."
        default: otherMessage
        }
    }

    private var otherMessage: String {
        switch self {
        case .malformedLog(let table, let entry, let line, let reason):
            "Table '\(table)' was not read: its log entry \(entry)\(line.map { ", line \($0)," } ?? "") \(reason). "
                + "Restore that file from a backup; earlier versions can still be read."
        case .logTooLarge(let table, let entry, let bytes, let limit):
            "Table '\(table)' was not read: its log entry \(entry) has \(bytes) bytes, more than the \(limit) that "
                + "Martlet accepts. Have the table checkpointed by the program that wrote it."
        case .missingLogEntries(let table, let missing, let wanted):
            "Table '\(table)' was not read at version \(wanted): its log lacks version \(missing) and has no "
                + "checkpoint in between. Ask for another version, or restore the file from a backup."
        case .missingDataFile(let table, let path):
            "Table '\(table)' was not read: its data file '\(path)' is gone, perhaps vacuumed. "
                + "Ask for a later version, or restore the file from a backup."
        case .damagedDataFile(let table, let path):
            "Table '\(table)' was not read: its data file '\(path)' is not a Parquet file that can be read. "
                + "Restore it from a backup, or ask for a version without it."
        case .truncatedDataFile(let table, let path, let bytes, let logged):
            "Table '\(table)' was not read: its data file '\(path)' was cut short: it has \(bytes) of the \(logged) "
                + "bytes that were committed. Restore it from a backup, or ask for a version without it."
        case .reversedVersions(let table, let after, let through):
            "The changes of table '\(table)' were not told: version \(after) comes after version \(through). Ask for "
                + "those after the earlier one."
        case .redefined(let table, let version, let problems):
            "The changes of table '\(table)' were not told: version \(version) replaced its columns. Read the later "
                + "version whole.\n" + problems.map { "- " + $0 }.joined(separator: "\n")
        case .pathOutsideTable(let table, let path):
            "Table '\(table)' was not read: its log names '\(path)', which is not a file inside the table. "
                + "Copy that file into the table and commit it from there."
        case .deletionVectors(let table, let path):
            "Table '\(table)' was not read: rows of '\(path)' are deleted by a deletion vector, and the protocol "
                + "of the table does not list the feature deletionVectors. Restore its log from a backup."
        case .deletionVector(let table, let path, let reason):
            "Table '\(table)' was not read: the deletion vector of '\(path)' \(reason). Restore it from a backup, or "
                + "ask for a version without it."
        case .missingSidecar(let table, let checkpoint, let path):
            "Table '\(table)' was not read: its checkpoint \(checkpoint) names the sidecar '\(path)', which is gone. "
                + "Restore _delta_log/_sidecars from a backup, or ask for a version after another checkpoint."
        case .missingFieldIDs(let table, let path):
            "Table '\(table)' was not read: it finds columns by their numbers (delta.columnMapping.mode = id), and "
                + "the columns of '\(path)' have none. Have that file written anew by the program that wrote it."
        case .reservedColumn(let table, let path, let column):
            "Table '\(table)' was not read: rows of '\(path)' are deleted by a deletion vector, and its column "
                + "'\(column)' hides the place of a row in its file. In Spark, REORG TABLE … APPLY (PURGE) writes the "
                + "deletions out."
        case .schemaMismatch(let table, let problems):
            "These rows do not fit table '\(table)':\n" + problems.map { "- " + $0 }.joined(separator: "\n")
        case .conflict(let table, let version, let reason):
            "Table '\(table)' was not changed: version \(version), committed meanwhile, \(reason). "
                + "Look at it, and run this again."
        case .fileSystem(let operation, let file, let reason):
            "Could not \(operation) '\(file)': \(reason). Mend that and run this again."
        case .durabilityUnknown(let table, let version, let reason):
            "Version \(version) of table '\(table)' is committed, but the disk did not confirm it (\(reason)). "
                + "Look whether it is there before running this again."
        case .invalidProperty(let table, let name, let value):
            "Nothing of table '\(table)' was cleaned up: its property \(name) is '\(value)', which is no interval "
                + "such as 'interval 7 days'. Set it with the program that set it."
        default: "Table refused."
        }
    }

    private static func list(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }

    private static func text(_ date: Date) -> String {
        guard let milliseconds = date.millisecondsSince1970 else { return "\(date.timeIntervalSince1970) s" }
        let (micros, overflow) = milliseconds.multipliedReportingOverflow(by: 1000)
        return overflow ? "\(milliseconds) ms" : ISOTime.timestamp(micros, roundingUp: false) ?? "\(milliseconds) ms"
    }
}
