internal import CDuckDB

/// Copies the vectors of one chunk into arrays.
struct DuckDBChunkReader {
    private let functions: martlet_duckdb_functions
    private let chunk: duckdb_data_chunk
    private let rowCount: Int

    init(_ library: DuckDBLibrary, _ chunk: duckdb_data_chunk, rowCount: Int) {
        (functions, self.chunk, self.rowCount) = (library.functions, chunk, rowCount)
    }

    func batch(_ columns: [DuckDBColumn]) throws(QueryError) -> RecordBatch {
        var read: [Column] = []
        read.reserveCapacity(columns.count)
        for (index, column) in columns.enumerated() {
            guard let vector = functions.data_chunk_get_vector(chunk, idx_t(index)),
                let data = functions.vector_get_data(vector)
            else { throw .engineFailed("column \(index) of a chunk has no data") }
            let validity = validity(of: vector)
            let values = try values(UnsafeRawPointer(data), column, validity)
            read.append(Column(column.name, values, validity: validity))
        }
        return RecordBatch(columns: read, rowCount: rowCount)
    }

    /// One bit a row, 64 to a word, set where a value is there; nil when all are.
    private func validity(of vector: duckdb_vector) -> [Bool]? {
        guard let words = functions.vector_get_validity(vector) else { return nil }
        var hasNull = false
        let validity = [Bool](unsafeUninitializedCapacity: rowCount) { rows, count in
            for row in 0..<rowCount {
                let isThere = words[row >> 6] >> UInt64(row & 63) & 1 == 1
                rows.initializeElement(at: row, to: isThere)
                if !isThere { hasNull = true }
            }
            count = rowCount
        }
        return hasNull ? validity : nil
    }

    private func values(
        _ data: UnsafeRawPointer, _ column: DuckDBColumn, _ validity: [Bool]?
    ) throws(QueryError) -> Column.Values {
        switch column.layout {
        case .decimal(let physical, let precision, let scale):
            return .decimal(try decimals(data, physical, validity), precision: precision, scale: scale)
        case .enumeration(let physical, let words):
            return .string(try enumeration(data, physical, words, validity))
        case .plain(let id):
            switch id {
            case DUCKDB_TYPE_BOOLEAN: return .boolean(converted(data, UInt8.self, validity) { $0 != 0 })
            case DUCKDB_TYPE_TINYINT: return .byte(copied(data, validity))
            case DUCKDB_TYPE_UTINYINT: return .short(converted(data, UInt8.self, validity) { Int16($0) })
            case DUCKDB_TYPE_SMALLINT: return .short(copied(data, validity))
            case DUCKDB_TYPE_USMALLINT: return .integer(converted(data, UInt16.self, validity) { Int32($0) })
            case DUCKDB_TYPE_INTEGER: return .integer(copied(data, validity))
            case DUCKDB_TYPE_UINTEGER: return .long(converted(data, UInt32.self, validity) { Int64($0) })
            case DUCKDB_TYPE_BIGINT: return .long(copied(data, validity))
            case DUCKDB_TYPE_FLOAT: return .float(copied(data, validity))
            case DUCKDB_TYPE_DOUBLE: return .double(copied(data, validity))
            case DUCKDB_TYPE_DATE: return .date(copied(data, validity))
            case DUCKDB_TYPE_TIMESTAMP_TZ: return .timestamp(copied(data, validity))
            case DUCKDB_TYPE_VARCHAR:
                return .string(texts(data, validity, under: "") { String(decoding: $0, as: UTF8.self) })
            case DUCKDB_TYPE_BLOB: return .binary(texts(data, validity, under: []) { [UInt8]($0) })
            default: throw .engineFailed("no reader for DuckDB's type \(id.rawValue)")
            }
        }
    }

    /// One memory copy, then zeros under the nulls.
    private func copied<Value: Numeric & BitwiseCopyable>(_ data: UnsafeRawPointer, _ validity: [Bool]?) -> [Value] {
        var values = [Value](unsafeUninitializedCapacity: rowCount) { rows, count in
            UnsafeMutableRawBufferPointer(rows).copyMemory(
                from: UnsafeRawBufferPointer(start: data, count: rowCount * MemoryLayout<Value>.stride))
            count = rowCount
        }
        if let validity {
            for row in 0..<rowCount where !validity[row] { values[row] = 0 }
        }
        return values
    }

    private func converted<Source: FixedWidthInteger & BitwiseCopyable, Value>(
        _ data: UnsafeRawPointer, _ source: Source.Type, _ validity: [Bool]?, _ value: (Source) -> Value
    ) -> [Value] {
        let rows: [Source] = copied(data, validity)
        return rows.map(value)
    }

    private func decimals(
        _ data: UnsafeRawPointer, _ physical: duckdb_type, _ validity: [Bool]?
    ) throws(QueryError) -> [Int128] {
        switch physical {
        case DUCKDB_TYPE_SMALLINT: return converted(data, Int16.self, validity) { Int128($0) }
        case DUCKDB_TYPE_INTEGER: return converted(data, Int32.self, validity) { Int128($0) }
        case DUCKDB_TYPE_BIGINT: return converted(data, Int64.self, validity) { Int128($0) }
        case DUCKDB_TYPE_HUGEINT:
            let huge = data.assumingMemoryBound(to: duckdb_hugeint.self)
            return (0..<rowCount).map { row in
                guard validity?[row] ?? true else { return 0 }
                return Int128(huge[row].upper) << 64 | Int128(huge[row].lower)
            }
        default: throw .engineFailed("no reader for a decimal of DuckDB's type \(physical.rawValue)")
        }
    }

    private func enumeration(
        _ data: UnsafeRawPointer, _ physical: duckdb_type, _ words: [String], _ validity: [Bool]?
    ) throws(QueryError) -> [String] {
        func word(_ index: Int) -> String { words.indices.contains(index) ? words[index] : "" }
        var strings: [String]
        switch physical {
        case DUCKDB_TYPE_UTINYINT: strings = converted(data, UInt8.self, validity) { word(Int($0)) }
        case DUCKDB_TYPE_USMALLINT: strings = converted(data, UInt16.self, validity) { word(Int($0)) }
        case DUCKDB_TYPE_UINTEGER: strings = converted(data, UInt32.self, validity) { word(Int($0)) }
        default: throw .engineFailed("no reader for an enumeration of DuckDB's type \(physical.rawValue)")
        }
        if let validity {
            for row in 0..<rowCount where !validity[row] { strings[row] = "" }
        }
        return strings
    }

    /// Strings and blobs, 16 bytes each: the length in 4, then up to 12 bytes in place, or 4 of prefix and the address.
    ///
    /// What lies under a null is not initialised and is not looked at.
    private func texts<Value>(
        _ data: UnsafeRawPointer, _ validity: [Bool]?, under null: Value, _ value: (UnsafeRawBufferPointer) -> Value
    ) -> [Value] {
        [Value](unsafeUninitializedCapacity: rowCount) { rows, count in
            for row in 0..<rowCount {
                let entry = data + row * 16
                if let validity, !validity[row] {
                    rows.initializeElement(at: row, to: null)
                } else {
                    let length = Int(entry.load(as: UInt32.self))
                    let start = length <= 12 ? entry + 4 : (entry + 8).load(as: UnsafeRawPointer.self)
                    rows.initializeElement(at: row, to: value(UnsafeRawBufferPointer(start: start, count: length)))
                }
                count = row + 1
            }
        }
    }
}
