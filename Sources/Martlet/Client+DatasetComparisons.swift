import MartletAPI
public import MartletDomain

extension Client {
    /// What the values of a table look like, column by column.
    /// - Parameters:
    ///   - version: Nil for the newest.
    ///   - columns: Nil for all.
    public func profileDataset(
        _ table: TableName, version: Int64? = nil, columns: [String]? = nil
    ) async throws -> DatasetProfile {
        try await send(ProfileDataset(table: table, version: version, columns: columns))
    }

    /// What changed from one version of a table to another.
    /// - Parameters:
    ///   - from: Nil for the version before `to`; for the newest when `other` is another table.
    ///   - to: Nil for the newest.
    ///   - other: The table that `to` is a version of; nil for the same.
    ///   - key: The columns that say which row is which; empty to compare rows as a whole.
    public func diffDataset(
        _ table: TableName, from: Int64? = nil, to: Int64? = nil, of other: TableName? = nil, key: [String] = []
    ) async throws -> DatasetDiff {
        try await send(DiffDatasets(table: table, from: from, to: to, other: other, key: key))
    }
}
