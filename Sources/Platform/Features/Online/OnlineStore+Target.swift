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
            return OnlineTarget(name: name, kind: .table, view: view)
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
        let definitions = try await store.read { db in
            try db.rows("SELECT definition FROM feature_sets ORDER BY created_at DESC, hash").map {
                try $0.text("definition")
            }
        }
        var newest: FeatureView?
        for definition in definitions {
            for view in try FeatureView.views(yaml: definition) where view.name == name {
                if view.version > newest?.version ?? 0 { newest = view }
            }
        }
        return newest
    }

    /// A feature table as a view of its newest rows; nil if it is none.
    func tableAsView(_ name: String) async throws -> FeatureView? { nil }

    /// The columns by which rows of a feature table are told apart; nil for a table that is none.
    func rowKey(of table: TableName) async throws -> [String]? { nil }
}

struct UnknownFeatureView: MartletError {
    var name: String

    var code: ErrorCode { .resourceDoesNotExist }
    var message: String {
        "There is no feature view and no feature table \(name). Declare a view with `martlet features apply FILE`, or "
            + "make a table with `martlet features create`."
    }
}
