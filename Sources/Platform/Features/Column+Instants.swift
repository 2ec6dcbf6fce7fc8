import QueryEngine

extension Column {
    /// Times in microseconds since the epoch, a date as its midnight in UTC; nil for other types.
    func instants() -> [Int64]? {
        switch values {
        case .timestamp(let values): values
        case .date(let values):
            values.map { days in
                let (instant, overflow) = Int64(days).multipliedReportingOverflow(by: 86_400_000_000)
                return overflow ? (days < 0 ? .min : .max) : instant
            }
        default: nil
        }
    }
}
