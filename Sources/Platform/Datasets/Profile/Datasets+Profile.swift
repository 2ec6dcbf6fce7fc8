import DeltaLake
package import MartletDomain
import QueryEngine

extension Datasets {
    /// What the values of a table look like.
    ///
    /// Three looks at the data: one for counts, moments and quantiles, one for histograms and deviations, and one for each
    /// column of text or booleans. Wide tables are read a few columns at a time, so that memory is bounded.
    /// - Parameters:
    ///   - version: Nil for the newest.
    ///   - columns: Which, in the table's order; nil for all.
    /// - Throws: ``DatasetError/missing(_:)``, or ``DatasetError/missingColumns(_:table:)``.
    package func profile(
        _ name: TableName, version: Int64? = nil, columns: [String]? = nil
    ) async throws -> DatasetProfile {
        let snapshot = try await snapshot(name, version: version)
        let table = TableReference(name, version: snapshot.version)
        let unknown = (columns ?? []).filter { snapshot.schema[$0] == nil }
        guard unknown.isEmpty else { throw DatasetError.missingColumns(unknown, table: table.description) }
        let fields = snapshot.schema.fields.filter { columns?.contains($0.name) ?? true }
        let relation = snapshot.relation
        let (rows, profiles) = try await engine.withSession { session in
            let rows = try session.collect("SELECT count(*) AS n FROM \(relation)").whole("n") ?? 0
            return (rows, try ProfileReading(relation: relation, rows: rows, session: session).profiles(of: fields))
        }
        return DatasetProfile(
            table: table, rows: rows, fileCount: snapshot.files.count,
            sizeInBytes: snapshot.files.reduce(0) { $0 &+ $1.bytes }, written: try await self.version(table),
            quantilesAreExact: ProfileReading.quantilesAreExact(rows), columns: profiles)
    }
}

extension RecordBatch {
    /// The first row's value of a column of integers.
    func whole(_ name: String) -> Int64? { self[name]?.longs?.first ?? nil }

    /// The first row's value of a column of numbers, when it is a finite one.
    func number(_ name: String) -> Double? { self[name]?.doubles?.first.flatMap { $0.isFinite ? $0 : nil } }

    /// The first row's value of a column of text.
    func text(_ name: String) -> String? { self[name]?.strings?.first ?? nil }

    /// The numbers of the first row's value, a list as text: `[1.0, 2.5]`.
    func numbers(_ name: String) -> [Double] {
        (text(name) ?? "").split { "[], ".contains($0) }.compactMap { Double($0) }.filter(\.isFinite)
    }
}
