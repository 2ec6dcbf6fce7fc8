package import QueryEngine

extension RecordBatch {
    /// The rows of those indices, in that order.
    package func rows(_ indices: [Int]) -> RecordBatch {
        RecordBatch(columns: columns.map { $0.rows(indices) }, rowCount: indices.count)
    }
}

extension Column {
    func rows(_ indices: [Int]) -> Column {
        let validity = validity.map { validity in indices.map { validity[$0] } }
        let values: Values =
            switch values {
            case .boolean(let values): .boolean(indices.map { values[$0] })
            case .byte(let values): .byte(indices.map { values[$0] })
            case .short(let values): .short(indices.map { values[$0] })
            case .integer(let values): .integer(indices.map { values[$0] })
            case .long(let values): .long(indices.map { values[$0] })
            case .float(let values): .float(indices.map { values[$0] })
            case .double(let values): .double(indices.map { values[$0] })
            case .decimal(let values, let precision, let scale):
                .decimal(indices.map { values[$0] }, precision: precision, scale: scale)
            case .string(let values): .string(indices.map { values[$0] })
            case .binary(let values): .binary(indices.map { values[$0] })
            case .date(let values): .date(indices.map { values[$0] })
            case .timestamp(let values): .timestamp(indices.map { values[$0] })
            }
        return Column(name, values, validity: validity)
    }
}
