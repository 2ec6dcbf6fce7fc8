/// Rows of numbers for a model: `rowCount` rows of one value a column, row after row. `NaN` is a missing value.
package struct FeatureMatrix: Sendable, Equatable {
    package let rowCount: Int
    package let columnNames: [String]
    package let values: [Float]

    package var columnCount: Int { columnNames.count }

    /// - Parameter values: `rowCount * columnNames.count` values, row-major.
    /// - Throws: ``ModelError/invalidInput(_:)`` if the shape is wrong, a name is empty or stands twice.
    package init(rowCount: Int, columnNames: [String], values: [Float]) throws(ModelError) {
        var problems: [String] = []
        if rowCount < 0 { problems.append("A matrix cannot have \(rowCount) rows.") }
        if columnNames.isEmpty { problems.append("A matrix needs at least one column.") }
        var seen: Set<String> = []
        for name in columnNames where !seen.insert(name).inserted {
            problems.append("The column '\(name)' stands twice.")
        }
        for name in columnNames where name.isEmpty || name.utf8.contains(0) {
            problems.append("A column name is empty or holds a zero byte.")
        }
        let (count, overflow) = rowCount.multipliedReportingOverflow(by: columnNames.count)
        if overflow || count != values.count {
            problems.append(
                "\(rowCount) rows of \(columnNames.count) columns were named, and \(values.count) values given.")
        }
        guard problems.isEmpty else { throw .invalidInput(problems) }
        (self.rowCount, self.columnNames, self.values) = (rowCount, columnNames, values)
    }

    /// The same rows with only these columns, in this order. The explicit way to put columns into a model's order.
    /// - Throws: ``ModelError/columnsDiffer(expected:given:)`` if one is missing.
    package func selecting(_ names: [String]) throws(ModelError) -> FeatureMatrix {
        if names == columnNames { return self }
        var places: [String: Int] = [:]
        for (index, name) in columnNames.enumerated() { places[name] = index }
        let order = names.compactMap { places[$0] }
        guard order.count == names.count else { throw .columnsDiffer(expected: names, given: columnNames) }
        var selected: [Float] = []
        selected.reserveCapacity(rowCount * order.count)
        for row in 0..<rowCount {
            let start = row * columnCount
            for place in order { selected.append(values[start + place]) }
        }
        return try FeatureMatrix(rowCount: rowCount, columnNames: names, values: selected)
    }

    /// The first rows, at most `count`.
    package func prefix(_ count: Int) throws(ModelError) -> FeatureMatrix {
        let rows = Swift.min(rowCount, Swift.max(0, count))
        return try FeatureMatrix(
            rowCount: rows, columnNames: columnNames, values: Array(values.prefix(rows * columnCount)))
    }

    /// Names of columns that hold an infinite value, with the first row (from 0) where they do.
    var infiniteColumns: [(name: String, row: Int)] {
        var first: [Int: Int] = [:]
        values.withUnsafeBufferPointer { values in
            for index in values.indices where values[index].isInfinite {
                let column = index % columnCount
                if first[column] == nil { first[column] = index / columnCount }
            }
        }
        return first.sorted { $0.key < $1.key }.map { (columnNames[$0.key], $0.value) }
    }
}
