import DeltaLake
import Foundation
import MartletDomain
import Metadata

extension OnlineStore {
    /// What a name means when it is to be served: a feature view by its newest version, or a feature table.
    /// - Throws: ``UnknownFeatureView``.
    func target(_ name: String) async throws -> OnlineTarget {
        if let view = try await features.newestView(name) {
            return OnlineTarget(name: name, kind: .view, view: view)
        }
        if let view = try await features.tableAsView(name) {
            return OnlineTarget(name: view.name, kind: .table, view: view)
        }
        throw UnknownFeatureView(name: name)
    }

    /// The views of a feature service: of the feature set that was applied under that name.
    package func viewsOfService(_ name: String) async throws -> [String] {
        try FeatureView.views(yaml: try await features.featureSet(name).definition).map(\.name)
    }
}

extension Features {
    /// The newest definition of a view of that name; nil for none.
    func newestView(_ name: String) async throws -> FeatureView? {
        let definition = try await store.read { db in
            try db.row(
                "SELECT definition FROM feature_views WHERE name = ? ORDER BY version DESC LIMIT 1", [.text(name)])?
                .text("definition")
        }
        return try definition.map { try decoded(FeatureView.self, from: $0) }
    }

    /// A feature table as a view of the newest row of each key; nil if there is none of that name.
    func tableAsView(_ name: String) async throws -> FeatureView? {
        guard let name = try? TableName(name), let table = try await tableIfPresent(name) else { return nil }
        let columns = table.keys.features(of: try await datasets.snapshot(table.name).schema)
        let source = FeatureSource(
            table: table.name.description, entity: table.keys.primaryKeys, eventTime: table.keys.timeKey,
            availableAt: table.keys.availableAt, tieBreak: table.keys.tieBreak)
        let hasTime = table.keys.timeKey != nil
        return FeatureView(
            name: table.name.description, version: 1, source: source, join: table.keys.primaryKeys,
            features: columns.map { Feature($0, hasTime ? .latest($0, lookback: nil) : .lookup($0)) })
    }

    /// The columns by which rows of a feature table are told apart; nil for a table that is none.
    func rowKey(of table: TableName) async throws -> [String]? { try await tableIfPresent(table)?.keys.rowKey }
}

struct UnknownFeatureView: MartletError {
    var name: String

    var code: ErrorCode { .resourceDoesNotExist }
    var message: String {
        "There is no feature view and no feature table \(name). Declare a view with `martlet features apply FILE`, or "
            + "make a table with `martlet features create`."
    }
}
