/// The comparison of two data sets: a result for each column, and the verdict over those that could be computed.
package struct DatasetDrift: Sendable, Codable, Equatable {
    /// In the order in which the reference's columns were given, then columns that only current has.
    package let columns: [ColumnDrift]
    package let driftedCount: Int
    /// Columns that could be computed; the others stay out of the share.
    package let columnCount: Int
    /// Drifted over computable columns, 0 when there are none.
    package let driftedShare: Double
    package let driftShareThreshold: Double
    /// The share is at least its threshold, and some column could be computed.
    package let isDrifted: Bool

    package init(columns: [ColumnDrift], driftShareThreshold: Double) {
        self.columns = columns
        self.driftShareThreshold = driftShareThreshold
        columnCount = columns.count { $0.isComputed }
        driftedCount = columns.count { $0.isDrifted }
        driftedShare = share(driftedCount, of: columnCount)
        isDrifted = columnCount > 0 && driftedShare >= driftShareThreshold
    }

    /// Drifted columns first, then by distance from the threshold, columns without a score last.
    package var columnsByDrift: [ColumnDrift] {
        columns.enumerated().sorted { left, right in
            let (a, b) = (left.element, right.element)
            if a.isDrifted != b.isDrifted { return a.isDrifted }
            let (marginA, marginB) = (a.margin ?? -.infinity, b.margin ?? -.infinity)
            if marginA != marginB { return marginA > marginB }
            if a.isComputed != b.isComputed { return a.isComputed }
            return left.offset < right.offset
        }.map(\.element)
    }
}

/// Compares each reference column with the current column of the same name.
///
/// Nothing makes it fail: a column that is empty, absent, of another kind, or refused by its method has a result with
/// the reason and stays out of the share. Of two columns with one name, the first counts.
///
/// - Parameters:
///   - methods: method per column name; the others get `DriftMethod.automatic`.
///   - driftShare: share of drifted columns, 0…1, from which on the data set counts as drifted.
package func datasetDrift(
    reference: [(String, DriftColumn)],
    current: [(String, DriftColumn)],
    methods: [String: DriftMethod] = [:],
    driftShare: Double = 0.5
) -> DatasetDrift {
    let currentByName = Dictionary(current) { first, _ in first }
    let referenceNames = Set(reference.map(\.0))
    var seen: Set<String> = []
    var columns: [ColumnDrift] = []
    for (name, column) in reference where seen.insert(name).inserted {
        columns.append(columnDrift(name: name, reference: column, current: currentByName[name], method: methods[name]))
    }
    for (name, column) in current where !referenceNames.contains(name) && seen.insert(name).inserted {
        columns.append(columnDrift(name: name, reference: nil, current: column, method: methods[name]))
    }
    return DatasetDrift(columns: columns, driftShareThreshold: driftShare)
}
