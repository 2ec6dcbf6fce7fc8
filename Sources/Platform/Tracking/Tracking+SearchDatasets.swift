import MartletDomain
import Metadata

/// A dataset that runs of an experiment read, and what for.
package struct DatasetUse: Sendable, Hashable {
    package var experimentID: String
    package var name: String
    package var digest: String
    /// What the runs used it for: `training`, `eval`; nil when they did not say.
    package var context: String?
}

extension Tracking {
    /// The datasets that runs of these experiments read, each with each of its uses once; at most 1,000 of them.
    package func searchDatasets(experimentIDs ids: [String]) async throws -> [DatasetUse] {
        guard !ids.isEmpty else {
            throw InvalidRequest("SearchDatasets request must specify at least one experiment_id.")
        }
        guard ids.count <= TrackingLimits.experimentsPerDatasetSearch else {
            throw InvalidRequest(
                "SearchDatasets request cannot specify more than \(TrackingLimits.experimentsPerDatasetSearch) "
                    + "experiment_ids. Received \(ids.count) experiment_ids.")
        }
        let experiments = SearchSQL.column("s.experiment_id", isOneOf: try experimentNumbers(ids))
        return try await store.read { db in
            try db.rows(
                "SELECT s.experiment_id, s.number, s.name, s.digest, t.value AS context FROM run_dataset_sources s "
                    + "JOIN run_datasets d ON d.dataset = s.number "
                    + "LEFT JOIN run_dataset_tags t ON t.run = d.run AND t.dataset = d.dataset AND t.key = ? "
                    + "WHERE \(experiments.sql) GROUP BY s.experiment_id, s.number, s.name, s.digest, t.value "
                    + "ORDER BY s.experiment_id, s.number, MIN(d.run), t.value LIMIT ?",
                [.text(Run.datasetContextTag)] + experiments.arguments
                    + [SQLValue(TrackingLimits.datasetSummaries)], isComposed: true
            ).map {
                DatasetUse(
                    experimentID: "\(try $0.integer("experiment_id"))", name: try $0.text("name"),
                    digest: try $0.text("digest"), context: try $0.textIfPresent("context"))
            }
        }
    }
}
