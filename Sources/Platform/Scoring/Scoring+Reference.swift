import DeltaLake
import Foundation
import MartletDomain
import QueryEngine

extension Scoring {
    /// Where values stand among those of a training set, by column. One look at the table.
    func places(
        of values: [(name: String, value: Double?)], in table: TableReference
    ) async throws -> [String: ReferencePlace] {
        let snapshot = try await datasets.snapshot(table)
        let known = values.filter { snapshot.schema[$0.name]?.type.isModelNumber == true }
        guard !known.isEmpty else { return [:] }
        // Of large tables the median is estimated: sorting every column would take longer than all the rest.
        let median = snapshot.rowCount <= 200_000 ? "quantile_cont" : "approx_quantile"
        var columns = ["count(*) AS rows"]
        for (place, one) in known.enumerated() {
            let cell = "\(quotedIdentifier("c\(place)"))"
            let value = one.value.map { "CAST(\(quotedLiteral("\($0)")) AS DOUBLE)" } ?? "NULL"
            columns += [
                "count(\(cell)) AS n\(place)", "count(*) FILTER (\(cell) < \(value)) AS b\(place)",
                "count(*) FILTER (\(cell) = \(value)) AS e\(place)", "min(\(cell)) AS l\(place)",
                "CAST(\(median)(\(cell), 0.5) AS DOUBLE) AS m\(place)", "max(\(cell)) AS g\(place)",
            ]
        }
        let cells = known.enumerated().map { place, one in
            let cell = "CAST(\(quotedIdentifier(one.name)) AS DOUBLE)"
            return "CASE WHEN isnan(\(cell)) THEN NULL ELSE \(cell) END AS \(quotedIdentifier("c\(place)"))"
        }
        let sql =
            "SELECT \(columns.joined(separator: ", ")) FROM (SELECT \(cells.joined(separator: ", ")) "
            + "FROM \(snapshot.relation))"
        let found = try await datasets.engine.withSession { try $0.collect(sql) }
        let rows = found.whole("rows") ?? 0
        var places: [String: ReferencePlace] = [:]
        for (place, one) in known.enumerated() {
            let count = found.whole("n\(place)") ?? 0
            func share(_ name: String) -> Double? {
                guard one.value != nil, count > 0 else { return nil }
                return Double(found.whole("\(name)\(place)") ?? 0) / Double(count)
            }
            places[one.name] = ReferencePlace(
                rowCount: count, below: share("b"), equal: share("e"),
                missing: rows > 0 ? Double(rows - count) / Double(rows) : 0, least: found.number("l\(place)"),
                median: found.number("m\(place)"), greatest: found.number("g\(place)"))
        }
        return places
    }

    /// For each view that reads a table, the rows of it that a row's features were computed from.
    func sourceRows(
        of computation: FeatureComputation, row: RecordBatch, at asOf: Int64, from sources: [TableReference]
    ) async throws -> [SourceRows] {
        var found: [SourceRows] = []
        for view in computation.views {
            guard let source = view.source,
                let table = sources.first(where: { $0.name.description == source.table })
            else { continue }
            let reader = "\(view.name) v\(view.version)"
            found += try await rows(of: reader, source, by: view.join, row, table, at: asOf)
        }
        return found
    }

    /// As ``sourceRows(of:row:at:from:)``, for a row that was scored by packed features, which says its own times.
    func sourceRows(of packed: PackedFeatures, _ row: RecordBatch, _ scoring: RowScoring) async throws -> [SourceRows] {
        let specification = try packed.specification(at: "\(scoring.model)/\(scoring.modelVersion)")
        func time(_ column: String?) -> Int64 {
            column.flatMap { row[$0]?.timestamps?.first ?? nil } ?? scoring.asOf ?? scoring.scoredAt * 1_000
        }
        var found: [SourceRows] = []
        for use in specification.views {
            guard let source = use.view.source, let table = scoring.sources[source.table] else { continue }
            let reader = "\(use.view.name) v\(use.view.version)"
            found += try await rows(of: reader, source, by: use.view.join, row, table, at: time(use.at))
        }
        for lookup in specification.lookups {
            guard let source = specification.source(named: lookup.table), let table = scoring.sources[source.name]
            else { continue }
            let read = FeatureSource(
                table: source.name, entity: source.primaryKeys, eventTime: source.timeKey,
                availableAt: source.availableAt, tieBreak: source.tieBreak)
            found += try await rows(of: source.name, read, by: lookup.key, row, table, at: time(lookup.at))
        }
        return found
    }

    /// - Returns: One, or none where the row does not say the key.
    private func rows(
        of reader: String, _ source: FeatureSource, by key: [String], _ row: RecordBatch, _ table: TableReference,
        at asOf: Int64
    ) async throws -> [SourceRows] {
        let values = key.compactMap { row[$0]?.value(at: 0) }
        guard key.count == source.entity.count, values.count == key.count else { return [] }
        let root = datasets.location(of: table.name).path.asFolder
        return [
            try await rows(of: reader, source, table, try await datasets.snapshot(table), values, at: asOf) {
                $0.hasPrefix(root) ? String($0.dropFirst(root.count)) : $0
            }
        ]
    }

    private func rows(
        of reader: String, _ source: FeatureSource, _ table: TableReference, _ snapshot: DeltaSnapshot,
        _ values: [QueryValue], at asOf: Int64, _ shown: @Sendable (String) -> String
    ) async throws -> SourceRows {
        func ticks(_ column: String) -> String {
            let name = quotedIdentifier(column)
            return snapshot.schema[column]?.type == .date ? "epoch_us(\(name)::TIMESTAMP)" : "epoch_us(\(name))"
        }
        let event = source.eventTime.map(ticks)
        var conditions = source.entity.map { "\(quotedIdentifier($0)) = ?" }
        // A null there means: not known yet.
        conditions += [event, source.availableAt.map(ticks)].compactMap { $0.map { "\($0) <= \(asOf)" } }
        let located = snapshot.locatedRelation
        let order = event ?? "0"
        var columns = ["count(*) AS n"]
        if let event { columns += ["min(\(event)) AS first", "max(\(event)) AS last"] }
        if located != nil {
            columns += [
                "arg_max(\(DeltaSnapshot.fileColumn), \(order)) AS file",
                "arg_max(\(DeltaSnapshot.rowColumn), \(order)) AS in_file",
            ]
        }
        let sql =
            "SELECT \(columns.joined(separator: ", ")) FROM \(located ?? snapshot.relation) "
            + "WHERE \(conditions.joined(separator: " AND "))"
        let rows = try await datasets.engine.withSession { try $0.collect(sql, values) }
        let file = rows.text("file").map(shown)
        return SourceRows(
            view: reader, table: table,
            key: Dictionary(zip(source.entity, values.map(\.words))) { first, _ in first },
            rowCount: rows.whole("n") ?? 0, earliest: rows.whole("first").map { Instant(microseconds: $0) },
            latest: rows.whole("last").map { Instant(microseconds: $0) },
            newestRow: file.flatMap { file in rows.whole("in_file").map { .init(file: file, row: $0) } })
    }
}

extension QueryValue {
    /// As people read it.
    fileprivate var words: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .long(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let value): value
        case .binary(let value): value.hexadecimal
        case .date(let value): Instant(microseconds: Int64(value) * 86_400_000_000).description
        case .timestamp(let value): Instant(microseconds: value).description
        }
    }
}

extension DataType {
    /// Whether a value of it can be held against numbers.
    fileprivate var isModelNumber: Bool { self == .boolean || isNumber }
}
