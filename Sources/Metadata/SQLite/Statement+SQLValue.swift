import Foundation
import GRDB
import GRDBSQLite
import MartletDomain

/// Prepared statements, bound and stepped with SQLite's own functions.
///
/// GRDB prepares and keeps them. Its argument lists and rows hold values of any kind; where a row is a few numbers, making
/// them took more time than the query (getting a run: a fifth of the server's work).
extension Statement {
    /// Frees the statement from what it was used for last, and binds `arguments` to its question marks, in order.
    ///
    /// - Throws: `DatabaseError` when there are more or fewer of them than question marks; ``InvalidRequest`` when the
    ///   database would refuse one or keep only a part of it.
    func start(_ arguments: [SQLValue]) throws {
        sqlite3_reset(sqliteStatement)
        guard Int(sqlite3_bind_parameter_count(sqliteStatement)) == arguments.count else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "wrong number of statement arguments")
        }
        for (index, argument) in arguments.enumerated() {
            let code = try argument.bind(to: sqliteStatement, at: CInt(index + 1))
            guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
        }
    }

    /// Reads the next row. Without one the statement is done.
    /// - Throws: `DatabaseError`; `CancellationError` when the reading was interrupted.
    func step(_ database: Database) throws -> Bool {
        switch sqlite3_step(sqliteStatement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case SQLITE_INTERRUPT: throw CancellationError()
        case let code: throw DatabaseError(resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage)
        }
    }

    /// Lets go of the rows and of the arguments: a statement that is not done keeps its transaction open.
    func finish() {
        sqlite3_reset(sqliteStatement)
        sqlite3_clear_bindings(sqliteStatement)
    }

    /// The row that was just read.
    func values(count: Int) -> [SQLValue] {
        [SQLValue](unsafeUninitializedCapacity: count) { values, filled in
            guard let first = values.baseAddress else { return }
            for column in 0..<count {
                (first + column).initialize(to: SQLValue(sqliteStatement, column: CInt(column)))
            }
            filled = count
        }
    }
}

extension Database {
    /// Runs one statement to its end, and keeps it prepared.
    func run(_ sql: String, _ arguments: [SQLValue] = []) throws {
        let statement = try cachedStatement(sql: sql)
        defer { statement.finish() }
        try statement.start(arguments)
        while try statement.step(self) {}
    }
}

extension SQLValue {
    /// A longer text or blob belongs in a file. SQLite's own limit is ten times this.
    private static let largestSizeInBytes = 100_000_000

    /// Has SQLite copy what it is given.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// - Returns: SQLite's result code.
    fileprivate func bind(to statement: SQLiteStatement, at index: CInt) throws(InvalidRequest) -> CInt {
        switch self {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let integer): return sqlite3_bind_int64(statement, index, integer)
        case .real(let real): return sqlite3_bind_double(statement, index, real)
        case .text(let text):
            var text = text
            try Self.check(text.utf8.count)
            let code: CInt? = text.withUTF8 { bytes in
                // A text ends at its first NUL in SQLite, and PostgreSQL takes none.
                guard let first = bytes.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, nil) }
                guard memchr(first, 0, bytes.count) == nil else { return nil }
                return first.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    sqlite3_bind_text(statement, index, $0, CInt(bytes.count), Self.copied)
                }
            }
            guard let code else { throw InvalidRequest("A text must not hold the character U+0000.") }
            return code
        case .blob(let bytes):
            try Self.check(bytes.count)
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
            return sqlite3_bind_blob(statement, index, bytes, CInt(bytes.count), Self.copied)
        }
    }

    private static func check(_ sizeInBytes: Int) throws(InvalidRequest) {
        guard sizeInBytes <= largestSizeInBytes else {
            throw InvalidRequest(
                "A value of \(sizeInBytes) bytes is too long: at most \(largestSizeInBytes). Log it as an artifact.")
        }
    }

    fileprivate init(_ statement: SQLiteStatement, column: CInt) {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: self = .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: self = .real(sqlite3_column_double(statement, column))
        case SQLITE_TEXT:
            // The bytes are counted after the text was asked for: that is what converts it.
            let text = sqlite3_column_text(statement, column)
            let count = Int(sqlite3_column_bytes(statement, column))
            self = .text(
                String(decoding: UnsafeBufferPointer(start: text, count: text == nil ? 0 : count), as: UTF8.self))
        case SQLITE_BLOB:
            let blob = sqlite3_column_blob(statement, column)
            let count = Int(sqlite3_column_bytes(statement, column))
            self = .blob([UInt8](UnsafeRawBufferPointer(start: blob, count: blob == nil ? 0 : count)))
        default: self = .null
        }
    }
}
