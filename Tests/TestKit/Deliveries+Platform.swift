package import AuditLog
import DeltaLake
import Foundation
package import MartletDomain
package import Platform
package import QueryEngine

extension Platform {
    /// Imports a text as if a client had sent it as a file.
    @discardableResult
    package func importText(
        _ text: String, as table: String, named fileName: String = "rows.csv", _ mode: Datasets.Mode = .overwrite,
        by caller: Caller = .anyone
    ) async throws -> DatasetVersion {
        let upload = try datasets.beginUpload()
        try upload.append(Data(text.utf8))
        _ = try upload.finish()
        return try await datasets.importUpload(
            upload.id, named: fileName, as: try TableName(table), mode, by: caller)
    }
}

extension Deliveries {
    /// The tables and features of the business, and two training sets.
    package static func prepare(
        _ platform: Platform, by caller: Caller = .anyone
    ) async throws -> (training: TableReference, holdout: TableReference) {
        try await platform.importText(deliveriesCSV(), as: deliveries, by: caller)
        try await platform.importText(carriersCSV(), as: carriers, by: caller)
        _ = try await platform.features.apply(features, named: "deliveries", by: caller)
        return (
            try await set(training, as: "deliveries.training", platform, by: caller),
            try await set(holdout, as: "deliveries.holdout", platform, by: caller)
        )
    }

    /// Rows of a span with their features and outcomes, as known a week after its end.
    package static func set(
        _ span: (String, String), as table: String, _ platform: Platform, by caller: Caller = .anyone
    ) async throws -> TableReference {
        let window = try window(span)
        return try await platform.features.trainingSet(
            recipe(), in: window, knownAt: window.end + 7 * 86_400_000_000, into: TableName(table), by: caller
        ).table
    }

    /// Prepares everything and registers a model: version 1.
    package static func train(
        _ platform: Platform, by caller: Caller = .anyone
    ) async throws -> (training: TableReference, holdout: TableReference, id: ModelVersion.ID) {
        let sets = try await prepare(platform, by: caller)
        _ = try await platform.models.train(specification(sets.training, holdout: sets.holdout), by: caller)
        return (sets.training, sets.holdout, ModelVersion.ID(name: model, version: 1))
    }
}

extension Platform {
    /// Runs a SELECT in which `rows` stands for a table.
    package func query(_ table: String, _ select: String = "SELECT * FROM rows") async throws -> RecordBatch {
        let relation = try await datasets.snapshot(TableName(table)).relation
        return try await datasets.engine.withSession { session in
            try session.collect("WITH rows AS (SELECT * FROM \(relation)) \(select)")
        }
    }

    /// The log's entries, oldest first.
    package func auditEntries() async throws -> [AuditEntry] {
        try await audit.entries(from: 0, limit: 1_000).map(\.entry)
    }
}
