import MartletDomain
package import ModelRuntime
package import QueryEngine

extension FeatureMatrix {
    /// The named columns as 32-bit floats, row after row: booleans are 0 and 1, missing values NaN.
    ///
    /// Doubles are rounded to the nearest float, as XGBoost's own clients do, so the same columns give the same bits.
    /// - Throws: ``DatasetError/missingColumns(_:table:)``, or ``InvalidRequest`` naming the columns that are no numbers.
    package init(_ batch: RecordBatch, columns names: [String], table: String) throws {
        let missing = names.filter { batch[$0] == nil }
        guard missing.isEmpty else { throw DatasetError.missingColumns(missing, table: table) }
        let columns = names.compactMap { batch[$0]?.floats }
        guard columns.count == names.count else {
            let words = names.filter { batch[$0]?.floats == nil }
            throw InvalidRequest(
                "A model takes numbers, and these columns of \(table) are none: \(words.joined(separator: ", ")).")
        }
        let (width, height) = (columns.count, batch.rowCount)
        let values = [Float](unsafeUninitializedCapacity: width * height) { buffer, count in
            for (place, column) in columns.enumerated() {
                for row in 0..<height { buffer[row * width + place] = column[row] }
            }
            count = width * height
        }
        try self.init(rowCount: height, columnNames: names, values: values)
    }
}

extension Column {
    /// The values as floats, NaN where there is none; nil unless it holds numbers or booleans.
    fileprivate var floats: [Float]? {
        if case .boolean(let values) = values {
            return values.indices.map { isNull(at: $0) ? .nan : values[$0] ? 1 : 0 }
        }
        guard type.isNumber else { return nil }
        return doubles?.map { Float($0) }
    }

    /// The values as booleans; an integer is true unless it is 0. Nil unless it holds booleans or integers.
    var truths: [Bool?]? { booleans ?? longs?.map { $0.map { $0 != 0 } } }
}

extension DataType {
    /// Whether a model can take it as it is.
    var isNumber: Bool {
        switch self {
        case .byte, .short, .integer, .long, .float, .double, .decimal: true
        case .boolean, .string, .binary, .date, .timestamp: false
        }
    }
}
