/// An array of 32-bit floats in memory, described in the JSON that XGBoost's C API reads (NumPy's array interface, version 3).
enum ArrayInterface {
    /// Describes `values` as `rows` by `columns`; valid only while the buffer is.
    static func json(_ values: UnsafeBufferPointer<Float>, rows: Int, columns: Int? = nil) -> String {
        let address = UInt(bitPattern: values.baseAddress)
        let shape = columns.map { "\(rows),\($0)" } ?? "\(rows)"
        return #"{"data":[\#(address),true],"shape":[\#(shape)],"typestr":"<f4","version":3}"#
    }
}

/// Lends an array of C strings, valid during `body`.
func withCStrings<Result, Failure: Error>(
    _ strings: [String], _ body: (inout [UnsafePointer<CChar>?]) throws(Failure) -> Result
) throws(Failure) -> Result {
    var bytes: [CChar] = []
    var starts: [Int] = []
    for string in strings {
        starts.append(bytes.count)
        bytes.append(contentsOf: string.utf8CString)
    }
    let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: max(1, bytes.count))
    defer { buffer.deallocate() }
    _ = buffer.initialize(from: bytes)
    var pointers: [UnsafePointer<CChar>?] = starts.map { start in
        buffer.baseAddress.map { UnsafePointer($0 + start) }
    }
    return try body(&pointers)
}
