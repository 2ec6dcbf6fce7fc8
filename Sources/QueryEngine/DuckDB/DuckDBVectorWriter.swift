internal import CDuckDB

/// Fills one vector of a chunk from some rows of a column.
struct DuckDBVectorWriter {
    private let functions: martlet_duckdb_functions
    private let vector: duckdb_vector
    private let rows: Range<Int>

    init(_ functions: martlet_duckdb_functions, _ vector: duckdb_vector, _ rows: Range<Int>) {
        (self.functions, self.vector, self.rows) = (functions, vector, rows)
    }

    func write(_ column: Column) {
        if let validity = column.validity { write(validity) }
        switch column.values {
        case .boolean(let values): copy(values)
        case .byte(let values): copy(values)
        case .short(let values): copy(values)
        case .integer(let values): copy(values)
        case .long(let values): copy(values)
        case .float(let values): copy(values)
        case .double(let values): copy(values)
        case .date(let values): copy(values)
        case .timestamp(let values): copy(values)
        case .decimal(let values, let precision, _): write(values, precision: precision)
        case .string(let values):
            for row in rows where !column.isNull(at: row) {
                var value = values[row]
                value.withUTF8 { assign(UnsafeRawBufferPointer($0), at: row) }
            }
        case .binary(let values):
            for row in rows where !column.isNull(at: row) { values[row].withUnsafeBytes { assign($0, at: row) } }
        }
    }

    private func copy<Value: BitwiseCopyable>(_ values: [Value]) {
        guard let data = functions.vector_get_data(vector) else { return }
        values[rows].withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { data.copyMemory(from: start, byteCount: bytes.count) }
        }
    }

    private func write(_ validity: [Bool]) {
        guard validity[rows].contains(false) else { return }
        functions.vector_ensure_validity_writable(vector)
        guard let words = functions.vector_get_validity(vector) else { return }
        for (index, row) in rows.enumerated() {
            let bit = UInt64(1) << UInt64(index & 63)
            if validity[row] { words[index >> 6] |= bit } else { words[index >> 6] &= ~bit }
        }
    }

    /// The width depends on the digits: up to 4, 9, 18 and 38. The values were checked to fit.
    private func write(_ values: [Int128], precision: Int) {
        guard let data = functions.vector_get_data(vector) else { return }
        func store<Value: BitwiseCopyable>(_ convert: (Int128) -> Value) {
            let destination = data.assumingMemoryBound(to: Value.self)
            for (index, row) in rows.enumerated() { destination[index] = convert(values[row]) }
        }
        switch precision {
        case ...4: store { Int16(truncatingIfNeeded: $0) }
        case ...9: store { Int32(truncatingIfNeeded: $0) }
        case ...18: store { Int64(truncatingIfNeeded: $0) }
        default:
            store { duckdb_hugeint(lower: UInt64(truncatingIfNeeded: $0), upper: Int64(truncatingIfNeeded: $0 >> 64)) }
        }
    }

    private func assign(_ bytes: UnsafeRawBufferPointer, at row: Int) {
        let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) ?? DuckDBStatement.empty
        functions.vector_assign_string_element_len(vector, idx_t(row - rows.lowerBound), text, idx_t(bytes.count))
    }
}
