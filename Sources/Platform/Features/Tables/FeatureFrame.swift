import DeltaLake
import Foundation
package import MartletDomain
package import QueryEngine

/// Where rows for a feature table come from.
package enum FeatureRows: Sendable {
    /// A file that was sent. Its name says what it is: `.csv`, `.csv.gz`, `.parquet`, `.jsonl`.
    case upload(id: String, fileName: String)
    /// A table, as it is or as it was.
    case table(TableName, version: Int64?)
    /// One SELECT, in which each table goes by the name that it is given.
    case query(String, inputs: [String: TableName], versions: [String: Int64])
    /// Rows as they are, with what they are called.
    case given(RecordBatch, String)
}

/// Rows that are to be written, as SQL that gives the same rows in the same order each time it is run.
struct FeatureFrame: Sendable {
    var sql: String
    /// Tables that the SQL reads, by the names that it uses.
    var views: [(alias: String, relation: String)] = []
    var inputs: [TableReference] = []
    /// Rows that the SQL reads by the name ``heldRows``.
    var held: RecordBatch?
    /// What it is, for the record.
    var source: String?
    /// Where the rows of a file wait.
    var file: URL?

    func discard() {
        if let file { try? FileManager.default.removeItem(at: file) }
    }

    static let heldRows = "martlet_held_rows"

    func prepare(_ session: any QuerySession) throws {
        if let held { try session.hold(held, as: Self.heldRows) }
        for view in views {
            try session.execute("CREATE TEMP VIEW \(quotedIdentifier(view.alias)) AS SELECT * FROM \(view.relation)")
        }
    }

    /// The columns that the rows have.
    /// - Throws: ``FeatureError/issues(_:)`` naming every column of a type that no table can have.
    func schema(_ engine: any QueryEngine) async throws -> TableSchema {
        let columns = try await engine.withSession { session in
            try prepare(session)
            return try session.described(sql)
        }
        return try Self.schema(of: columns)
    }

    static func schema(of columns: [(name: String, type: String)]) throws(FeatureError) -> TableSchema {
        var issues: [FeatureIssue] = []
        let fields = columns.compactMap { name, type -> TableSchema.Field? in
            if let known = DataType(sqlName: type) { return .init(name, known) }
            issues.append(FeatureIssue(.typeMismatch, "Column '\(name)' is \(type)\(Self.advice(type))"))
            return nil
        }
        guard issues.isEmpty else { throw .issues(issues) }
        return TableSchema(fields)
    }

    private static func advice(_ type: String) -> String {
        switch type {
        case let type where type.hasPrefix("TIMESTAMP"):
            " and says no time zone, or counts in nanoseconds: give instants with a zone, to the microsecond"
        case let type where type.hasSuffix("]") || type.hasPrefix("STRUCT") || type.hasPrefix("MAP"):
            ", and nested columns are not written: give it as JSON text, or a column for each part"
        case "HUGEINT", "UHUGEINT", "UBIGINT": ", which is too wide for a long: make it a decimal(38,0)"
        case "UTINYINT", "USMALLINT", "UINTEGER": ", and tables have signed integers only: make it a wider one"
        default: ", which no table can have: cast it"
        }
    }

    /// How many rows there are.
    /// - Throws: ``FeatureError/issues(_:)`` naming the rows that have a null in `key`, and those whose key a row before has.
    func checkRows(key: [String], _ engine: any QueryEngine) async throws -> Int64 {
        let list = key.map(quotedIdentifier).joined(separator: ", ")
        let anyNull = key.map { quotedIdentifier($0) + " IS NULL" }.joined(separator: " OR ")
        return try await engine.withSession { session in
            try prepare(session)
            let counts = try session.collect(
                """
                SELECT coalesce(sum(n), 0)::BIGINT AS rows, coalesce(sum(n) FILTER (missing), 0)::BIGINT AS nulls,
                    coalesce(sum(n - 1) FILTER (NOT missing), 0)::BIGINT AS twice
                FROM (SELECT count(*) AS n, (\(anyNull)) AS missing FROM (\(sql)\n) GROUP BY \(list))
                """)
            func count(_ name: String) -> Int64 { (counts[name]?.longs?.first ?? nil) ?? 0 }
            let (nulls, twice) = (count("nulls"), count("twice"))
            guard nulls > 0 || twice > 0 else { return count("rows") }
            let numbered = """
                WITH numbered AS (SELECT row_number() OVER () AS martlet_row, \(list) FROM (\(sql)\n)),
                ranked AS (
                    SELECT martlet_row, (\(anyNull)) AS martlet_null,
                        row_number() OVER (PARTITION BY \(list) ORDER BY martlet_row) AS martlet_place,
                        CAST(row(\(list)) AS VARCHAR) AS martlet_key
                    FROM numbered
                )
                SELECT martlet_row, martlet_key FROM ranked
                """
            func rows(_ condition: String) throws -> [FeatureRowProblems.Row] {
                let limit = FeatureRowProblems.limit
                let found = try session.collect(
                    "\(numbered) WHERE \(condition) ORDER BY martlet_row LIMIT \(limit)")
                return zip(found["martlet_row"]?.longs ?? [], found["martlet_key"]?.strings ?? []).map {
                    .init(number: $0 ?? 0, key: $1 ?? "")
                }
            }
            let problems = FeatureRowProblems(
                key: key, nulls: nulls > 0 ? try rows("martlet_null") : [], nullCount: nulls,
                duplicates: twice > 0 ? try rows("NOT martlet_null AND martlet_place > 1") : [], duplicateCount: twice)
            throw FeatureError.issues(problems.issues)
        }
    }
}

extension QuerySession {
    /// The names and types of the columns that a SELECT would give, as the engine spells them.
    func described(_ sql: String) throws -> [(name: String, type: String)] {
        let columns = try collect("DESCRIBE \(sql)")
        return zip(columns["column_name"]?.strings ?? [], columns["column_type"]?.strings ?? []).map {
            ($0 ?? "", $1 ?? "")
        }
    }
}

extension DataType {
    /// Reads a type as ``sqlName`` spells it.
    init?(sqlName: String) {
        let plain: [DataType] = [
            .boolean, .byte, .short, .integer, .long, .float, .double, .string, .binary, .date, .timestamp,
        ]
        if let type = plain.first(where: { $0.sqlName == sqlName }) {
            self = type
        } else if sqlName.hasPrefix("DECIMAL("), let type = DataType(sqlName.lowercased()) {
            self = type
        } else {
            return nil
        }
    }
}
