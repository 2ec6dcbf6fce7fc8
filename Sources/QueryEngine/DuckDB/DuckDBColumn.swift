internal import CDuckDB
import MartletDomain

/// A column of a result: its name, its type among ours, and how DuckDB lays its values out.
struct DuckDBColumn {
    enum Layout: Equatable {
        case plain(duckdb_type)
        case decimal(duckdb_type, precision: Int, scale: Int)
        /// Indices into the words.
        case enumeration(duckdb_type, [String])
    }

    let name: String
    let type: DataType
    let layout: Layout

    /// - Throws: ``QueryError/unsupportedType(column:type:mend:)`` for types without a Delta counterpart.
    init(_ library: DuckDBLibrary, name: String, type logical: duckdb_logical_type?) throws(QueryError) {
        let functions = library.functions
        let id = logical.map { functions.get_type_id($0) } ?? DUCKDB_TYPE_INVALID
        self.name = name
        switch id {
        case DUCKDB_TYPE_DECIMAL:
            let precision = Int(functions.decimal_width(logical))
            let scale = Int(functions.decimal_scale(logical))
            type = .decimal(precision: precision, scale: scale)
            layout = .decimal(functions.decimal_internal_type(logical), precision: precision, scale: scale)
        case DUCKDB_TYPE_ENUM:
            let words = (0..<idx_t(functions.enum_dictionary_size(logical))).map { index in
                let word = functions.enum_dictionary_value(logical, index)
                defer { functions.free(word) }
                return word.map { String(cString: $0) } ?? ""
            }
            type = .string
            layout = .enumeration(functions.enum_internal_type(logical), words)
        default:
            guard let plain = Self.plain(id) else {
                throw .unsupportedType(column: name, type: Self.word(for: id), mend: Self.mend(id, name))
            }
            type = plain
            layout = .plain(id)
        }
    }

    /// The column without rows.
    var empty: Column { Column(name, Column.empty(type)) }

    /// Unsigned types take the next wider signed one.
    private static func plain(_ id: duckdb_type) -> DataType? {
        switch id {
        case DUCKDB_TYPE_BOOLEAN: .boolean
        case DUCKDB_TYPE_TINYINT: .byte
        case DUCKDB_TYPE_SMALLINT, DUCKDB_TYPE_UTINYINT: .short
        case DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_USMALLINT: .integer
        case DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_UINTEGER: .long
        case DUCKDB_TYPE_FLOAT: .float
        case DUCKDB_TYPE_DOUBLE: .double
        case DUCKDB_TYPE_VARCHAR: .string
        case DUCKDB_TYPE_BLOB: .binary
        case DUCKDB_TYPE_DATE: .date
        case DUCKDB_TYPE_TIMESTAMP_TZ: .timestamp
        default: nil
        }
    }

    private static func mend(_ id: duckdb_type, _ name: String) -> String {
        let column = quotedIdentifier(name)
        return switch id {
        case DUCKDB_TYPE_TIMESTAMP, DUCKDB_TYPE_TIMESTAMP_S, DUCKDB_TYPE_TIMESTAMP_MS, DUCKDB_TYPE_TIMESTAMP_NS:
            "Say which time zone it is in: CAST(\(column) AS TIMESTAMPTZ) for UTC, "
                + "or \(column) AT TIME ZONE 'Europe/Paris'."
        case DUCKDB_TYPE_HUGEINT, DUCKDB_TYPE_UHUGEINT, DUCKDB_TYPE_UBIGINT, DUCKDB_TYPE_BIGNUM:
            "Cast it: CAST(\(column) AS BIGINT), or AS DECIMAL(38, 0)."
        case DUCKDB_TYPE_SQLNULL:
            "It has nothing but nulls and no type: cast it, CAST(\(column) AS DOUBLE) say."
        case DUCKDB_TYPE_LIST, DUCKDB_TYPE_ARRAY, DUCKDB_TYPE_STRUCT, DUCKDB_TYPE_MAP, DUCKDB_TYPE_UNION:
            "Select its parts as columns of their own (unnest), or cast it: CAST(\(column) AS VARCHAR)."
        default:
            "Cast it: CAST(\(column) AS VARCHAR), say."
        }
    }

    private static func word(for id: duckdb_type) -> String {
        switch id {
        case DUCKDB_TYPE_TIMESTAMP: "TIMESTAMP without a time zone"
        case DUCKDB_TYPE_TIMESTAMP_S: "TIMESTAMP_S without a time zone"
        case DUCKDB_TYPE_TIMESTAMP_MS: "TIMESTAMP_MS without a time zone"
        case DUCKDB_TYPE_TIMESTAMP_NS: "TIMESTAMP_NS without a time zone"
        case DUCKDB_TYPE_TIME: "TIME"
        case DUCKDB_TYPE_TIME_TZ: "TIMETZ"
        case DUCKDB_TYPE_TIME_NS: "TIME_NS"
        case DUCKDB_TYPE_INTERVAL: "INTERVAL"
        case DUCKDB_TYPE_UBIGINT: "UBIGINT"
        case DUCKDB_TYPE_HUGEINT: "HUGEINT"
        case DUCKDB_TYPE_UHUGEINT: "UHUGEINT"
        case DUCKDB_TYPE_BIGNUM: "BIGNUM"
        case DUCKDB_TYPE_UUID: "UUID"
        case DUCKDB_TYPE_BIT: "BIT"
        case DUCKDB_TYPE_LIST: "a list"
        case DUCKDB_TYPE_ARRAY: "an array"
        case DUCKDB_TYPE_STRUCT: "a STRUCT"
        case DUCKDB_TYPE_MAP: "a MAP"
        case DUCKDB_TYPE_UNION: "a UNION"
        case DUCKDB_TYPE_SQLNULL: "NULL"
        case DUCKDB_TYPE_GEOMETRY: "GEOMETRY"
        case DUCKDB_TYPE_VARIANT: "VARIANT"
        default: "of DuckDB's type \(id.rawValue)"
        }
    }
}
