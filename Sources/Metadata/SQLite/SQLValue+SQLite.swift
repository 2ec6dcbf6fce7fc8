import Foundation
import GRDB
import MartletDomain

extension SQLValue {
    /// A longer text or blob belongs in a file. SQLite's own limit is ten times this.
    private static let largestSizeInBytes = 100_000_000

    /// - Throws: Where the database would refuse the value or, worse, keep only a part of it.
    func checkStorable() throws(InvalidRequest) {
        switch self {
        case .text(let text):
            // A text ends at its first NUL in SQLite, and PostgreSQL takes none.
            if text.utf8.contains(0) { throw InvalidRequest("A text must not hold the character U+0000.") }
            try Self.check(text.utf8.count)
        case .blob(let bytes): try Self.check(bytes.count)
        case .null, .integer, .real: break
        }
    }

    private static func check(_ sizeInBytes: Int) throws(InvalidRequest) {
        guard sizeInBytes <= largestSizeInBytes else {
            throw InvalidRequest(
                "A value of \(sizeInBytes) bytes is too long: at most \(largestSizeInBytes). Log it as an artifact.")
        }
    }

    init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let integer): self = .integer(integer)
        case .double(let real): self = .real(real)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .blob([UInt8](data))
        }
    }

    var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let integer): integer.databaseValue
        case .real(let real): real.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }
}
