/// Why a column has no score: a result of the column, not a failure of the report.
struct NotComputable: Error, Equatable {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
