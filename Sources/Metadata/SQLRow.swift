/// One row of a result. Columns are read by name and by the type that they must have.
package struct SQLRow: Sendable {
    /// The columns' names: few, so that they are searched faster than hashed. The first of two equal ones counts.
    let columns: [String]
    let values: [SQLValue]

    /// The value as it is stored.
    /// - Throws: ``StoreError/unexpectedValue(column:)`` when there is no such column.
    package func value(_ column: String) throws(StoreError) -> SQLValue {
        guard let index = columns.firstIndex(of: column) else { throw .unexpectedValue(column: column) }
        return values[index]
    }

    package func text(_ column: String) throws(StoreError) -> String {
        guard let text = try textIfPresent(column) else { throw .unexpectedValue(column: column) }
        return text
    }

    package func textIfPresent(_ column: String) throws(StoreError) -> String? {
        switch try value(column) {
        case .text(let text): return text
        case .null: return nil
        default: throw .unexpectedValue(column: column)
        }
    }

    package func integer(_ column: String) throws(StoreError) -> Int64 {
        guard let integer = try integerIfPresent(column) else { throw .unexpectedValue(column: column) }
        return integer
    }

    package func integerIfPresent(_ column: String) throws(StoreError) -> Int64? {
        switch try value(column) {
        case .integer(let integer): return integer
        case .null: return nil
        default: throw .unexpectedValue(column: column)
        }
    }

    package func real(_ column: String) throws(StoreError) -> Double {
        guard let real = try realIfPresent(column) else { throw .unexpectedValue(column: column) }
        return real
    }

    package func realIfPresent(_ column: String) throws(StoreError) -> Double? {
        switch try value(column) {
        case .real(let real): return real
        case .integer(let integer): return Double(integer)
        case .null: return nil
        default: throw .unexpectedValue(column: column)
        }
    }

    package func boolean(_ column: String) throws(StoreError) -> Bool { try integer(column) != 0 }

    package func blob(_ column: String) throws(StoreError) -> [UInt8] {
        guard case .blob(let bytes) = try value(column) else { throw .unexpectedValue(column: column) }
        return bytes
    }
}
