/// Files as one engine reads and writes them.
extension SQLDialect {
    /// The rows of a Parquet file, of the columns in it and no others: folders named like `year=2024` are names only.
    func parquet(_ path: String) -> String { "read_parquet(\(literal(path)), hive_partitioning = false)" }

    /// The rows of a CSV file with a header and `\N` for null; all as text, or each of the type that the engine finds.
    func csv(_ path: String, isText: Bool) -> String {
        "read_csv(\(literal(path)), header = true, nullstr = '\\N', delim = ',', quote = '\"', escape = '\"', "
            + "strict_mode = true, hive_partitioning = false\(isText ? ", all_varchar = true" : ""))"
    }

    /// A cell of text as the type that it spells.
    func read(_ column: Relation.Column) -> String {
        let name = name(column.name)
        switch column.kind {
        case .string: return name
        case .binary: return "unhex(\(name))"
        case .other(let word) where word.hasSuffix("[]"):
            return cast("from_json(\(name), '[\"VARCHAR\"]')", to: column.kind)
        default: return cast(name, to: column.kind)
        }
    }

    /// A value as text that ``read(_:)`` reads.
    func spelled(_ column: Relation.Column) -> String {
        let name = name(column.name)
        let value: String
        switch column.kind {
        case .timestamp: value = "strftime(\(name), '%Y-%m-%dT%H:%M:%S.%fZ')"
        case .naiveTimestamp: value = "strftime(\(name), '%Y-%m-%dT%H:%M:%S.%f')"
        case .nanoseconds: value = "strftime(\(name), '%Y-%m-%dT%H:%M:%S.%nZ')"
        case .binary: value = "lower(hex(\(name)))"
        case .other: value = "to_json(\(name))"
        default: return name
        }
        return "\(value) AS \(name)"
    }

    /// The rows of a SELECT written to a file in their order: CSV, or Parquet.
    func copy(_ select: String, to path: String, isText: Bool) -> String {
        let format = isText ? "FORMAT csv, HEADER true, NULLSTR '\\N'" : "FORMAT parquet, COMPRESSION snappy"
        return "COPY (\(select)) TO \(literal(path)) (\(format))"
    }
}
