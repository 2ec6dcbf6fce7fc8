/// What the values of one version of a table look like, column by column.
public struct DatasetProfile: Sendable, Hashable, Codable {
    public var table: TableReference
    public var rows: Int64
    public var fileCount: Int
    /// Of all files, as they lie compressed on the disk.
    public var sizeInBytes: Int64
    /// Who wrote the version and from what; nil when another tool wrote it.
    public var written: DatasetVersion?
    /// Whether quantiles were read off the sorted values. Of larger tables they come from a t-digest, which is nearest the
    /// truth at the ends.
    public var quantilesAreExact: Bool
    /// In the table's order.
    public var columns: [ColumnProfile]

    public init(
        table: TableReference, rows: Int64, fileCount: Int, sizeInBytes: Int64, written: DatasetVersion?,
        quantilesAreExact: Bool, columns: [ColumnProfile]
    ) {
        (self.table, self.rows, self.fileCount, self.sizeInBytes) = (table, rows, fileCount, sizeInBytes)
        (self.written, self.quantilesAreExact, self.columns) = (written, quantilesAreExact, columns)
    }

    enum CodingKeys: String, CodingKey {
        case table, rows, written, columns
        case fileCount = "file_count"
        case sizeInBytes = "size_in_bytes"
        case quantilesAreExact = "quantiles_are_exact"
    }
}
