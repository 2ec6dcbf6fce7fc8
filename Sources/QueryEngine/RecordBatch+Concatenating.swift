extension RecordBatch {
    /// The rows of all batches in order. Names come from the first; every batch must have its columns' types.
    package static func concatenating(_ batches: [RecordBatch]) throws(QueryError) -> RecordBatch {
        guard let first = batches.first else { return RecordBatch(columns: [], rowCount: 0) }
        guard batches.count > 1 else { return first }
        var rowCount = 0
        for batch in batches {
            guard batch.columns.map(\.type) == first.columns.map(\.type) else {
                throw .invalidBatch("Batches of different columns cannot be joined to one.")
            }
            rowCount += batch.rowCount
        }
        var columns: [Column] = []
        for index in first.columns.indices {
            columns.append(Column.concatenating(batches.map { $0.columns[index] }, rowCount: rowCount))
        }
        return RecordBatch(columns: columns, rowCount: rowCount)
    }

    /// The column of that exact name, or a refusal that names those which are there.
    package func column(_ name: String) throws(QueryError) -> Column {
        guard let column = self[name] else { throw .missingColumn(name, present: columns.map(\.name)) }
        return column
    }
}

extension Column {
    /// `columns` is not empty and of one type.
    fileprivate static func concatenating(_ columns: [Column], rowCount: Int) -> Column {
        func joined<Element>(_ part: (Values) -> [Element]?) -> [Element] {
            var all: [Element] = []
            all.reserveCapacity(rowCount)
            for column in columns { all.append(contentsOf: part(column.values) ?? []) }
            return all
        }
        let values: Values =
            switch columns[0].values {
            case .boolean: .boolean(joined { if case .boolean(let part) = $0 { part } else { nil } })
            case .byte: .byte(joined { if case .byte(let part) = $0 { part } else { nil } })
            case .short: .short(joined { if case .short(let part) = $0 { part } else { nil } })
            case .integer: .integer(joined { if case .integer(let part) = $0 { part } else { nil } })
            case .long: .long(joined { if case .long(let part) = $0 { part } else { nil } })
            case .float: .float(joined { if case .float(let part) = $0 { part } else { nil } })
            case .double: .double(joined { if case .double(let part) = $0 { part } else { nil } })
            case .decimal(_, let precision, let scale):
                .decimal(
                    joined { if case .decimal(let part, _, _) = $0 { part } else { nil } },
                    precision: precision, scale: scale)
            case .string: .string(joined { if case .string(let part) = $0 { part } else { nil } })
            case .binary: .binary(joined { if case .binary(let part) = $0 { part } else { nil } })
            case .date: .date(joined { if case .date(let part) = $0 { part } else { nil } })
            case .timestamp: .timestamp(joined { if case .timestamp(let part) = $0 { part } else { nil } })
            }
        guard columns.contains(where: { $0.validity != nil }) else { return Column(columns[0].name, values) }
        var validity: [Bool] = []
        validity.reserveCapacity(rowCount)
        for column in columns {
            if let part = column.validity {
                validity.append(contentsOf: part)
            } else {
                validity.append(contentsOf: repeatElement(true, count: column.count))
            }
        }
        return Column(columns[0].name, values, validity: validity)
    }
}
