/// What a table, and what is served from it, ask of rows that are pushed.
public struct PushRules: Sendable {
    public var table: TableName
    public var schema: TableSchema
    /// The feature table that rows are written into by its own rules; nil for events.
    public var featureTable: FeatureTable?
    /// The columns of which no two rows of one push may agree in all; nil for events.
    public var rowKey: [String]?
    /// Columns in which nothing may be missing: keys and event times.
    public var required: [String]
    /// Columns that say when a row became known. Rows that come without became known when they came.
    public var clocks: [String]
    /// Whether columns that are not in `schema` may be there.
    public var ignoresOtherColumns = false
    /// Whether a column that never holds a null may be left out.
    public var isPart = false

    public init(
        table: TableName, schema: TableSchema, featureTable: FeatureTable? = nil, rowKey: [String]? = nil,
        required: [String] = [], clocks: [String] = [], ignoresOtherColumns: Bool = false, isPart: Bool = false
    ) {
        (self.table, self.schema, self.featureTable, self.rowKey) = (table, schema, featureTable, rowKey)
        (self.required, self.clocks) = (required, clocks)
        (self.ignoresOtherColumns, self.isPart) = (ignoresOtherColumns, isPart)
        require(rowKey ?? [])
    }

    /// Rows without a value in one of these are refused from now on.
    public mutating func require(_ columns: [String]) {
        required += columns.filter { !required.contains($0) }
    }

    /// These say when a row became known.
    public mutating func readClock(_ column: String?) {
        if let column, !clocks.contains(column) { clocks.append(column) }
    }

    /// Why a column may not be left out; nil when it may.
    public func absence(of field: TableSchema.Field) -> FeatureIssue? {
        if let featureTable {
            let isNeeded = featureTable.keys.needed.contains(field.name)
            if let issue = featureTable.absence(of: field.name, .merge, isNeeded: isNeeded) { return issue }
        }
        if required.contains(field.name) {
            return FeatureIssue(.missingColumn, "the push lacks the column '\(field.name)'")
        }
        guard !field.nullable, !isPart else { return nil }
        return FeatureIssue(.missingColumn, "the push lacks the column '\(field.name)', which is never null")
    }

    /// Whether the time of arrival is written where a row does not say when it became known. A date would be the midnight
    /// before, and a number of no unit.
    func isStamped(_ column: String) -> Bool {
        clocks.contains(column) && !required.contains(column) && schema[column]?.type == .timestamp
    }

    /// Clocks that a push has to bring itself.
    public var unstamped: [String] { clocks.filter { !isStamped($0) && !required.contains($0) } }
}

extension PushedFrame {
    /// With the time of arrival in rows that do not say when they became known, so that it is the same whenever they are
    /// read.
    /// - Parameter time: Microseconds since 1970 UTC.
    public func stamped(_ rules: PushRules, at time: Int64) -> PushedFrame {
        var bytes: [UInt8] = []
        Instant.append(time, to: &bytes)
        let cell = JSONCell.string(String(decoding: bytes, as: UTF8.self))
        var frame = self
        for clock in rules.clocks where rules.isStamped(clock) {
            if let index = frame.columns.firstIndex(where: { $0.name == clock }) {
                frame.columns[index].cells = frame.columns[index].cells.map { $0 == .null ? cell : $0 }
            } else {
                frame.columns.append(Column(clock, Array(repeating: cell, count: rowCount)))
            }
        }
        return frame
    }
}
