import MartletDomain
package import QueryEngine

extension OnlineState {
    /// A state with the same rows, which goes its own way from here. Rows are shared until one of the two changes them.
    package func copy() -> OnlineState {
        let copy = OnlineState(plan, version: version)
        for (own, other) in zip(streams, copy.streams) { other.takeRows(of: own) }
        copy.setHorizon(horizon)
        return copy
    }

    /// Rows that could not go in because a filter over them has no value, and why the first could not.
    /// - Throws: ``FeatureError/issues(_:)`` for rows of other columns or types.
    package func unusable(_ rows: RecordBatch, of source: String) throws -> (rows: [Int], reason: String) {
        var unusable: (rows: [Int], reason: String) = ([], "")
        for stream in streams where stream.plan.identity.table == source {
            let reading = try stream.reading(rows)
            for index in 0..<rows.rowCount where !unusable.rows.contains(index) {
                do {
                    _ = try stream.row(index, reading)
                } catch FeatureError.issues(let issues) {
                    if unusable.rows.isEmpty { unusable.reason = issues.first?.message ?? "" }
                    unusable.rows.append(index)
                }
            }
        }
        return (unusable.rows.sorted(), unusable.reason)
    }
}

extension OnlinePlan {
    /// Whether every table's rows are told apart by these columns and no others, so that one takes another's place.
    package func tellsApart(rowsBy key: [String]) -> Bool {
        streams.allSatisfy { stream in
            let identity = stream.identity
            let own = identity.entity + [identity.eventTime?.column, identity.tieBreak?.column].compactMap { $0 }
            return Set(own) == Set(key)
        }
    }
}
