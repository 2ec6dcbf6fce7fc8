import MartletDomain

extension DeltaTable {
    /// What the commits after a version say of themselves, in order. Reads their log entries alone.
    /// - Throws: ``DeltaError/unknownVersion(table:_:available:)`` when one of them was cleaned up.
    package func history(after version: Int64) throws -> [CommitRecord] {
        guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
        let records = try log.commitTimes(listing).filter { $0.version > version }.map {
            try CommitHistory.record($0.version, $0.milliseconds, log)
        }
        guard Int64(records.count) == max(0, listing.latest - version) else {
            let available = min(listing.earliest, listing.latest)...listing.latest
            throw DeltaError.unknownVersion(table: log.table, version + 1, available: available)
        }
        return records
    }

    /// The newest version's number. Reads the names of the log's files alone.
    package func newestVersion() throws -> Int64 {
        guard let listing = try log.listing() else { throw DeltaError.tableNotFound(table: log.table) }
        return listing.latest
    }
}
