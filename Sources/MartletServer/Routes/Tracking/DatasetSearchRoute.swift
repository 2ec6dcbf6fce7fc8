import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Which datasets an experiment's runs read, relative to `…/mlflow/`.
func addDatasetSearchRoute(to group: RouterGroup<MartletContext>, _ tracking: Tracking) {
    group.answer(.post, "experiments/search-datasets", MLflowTracking.SearchDatasets.self) { body, _ in
        MLflowTracking.SearchDatasets.Response(
            dataset_summaries: try await tracking.searchDatasets(
                experimentIDs: (body.experiment_ids ?? []).map(\.value)
            ).map { MLflowTracking.DatasetSummary($0) })
    }
}

extension MLflowTracking.DatasetSummary {
    init(_ summary: DatasetUse) {
        self.init(
            experiment_id: summary.experimentID, name: summary.name, digest: summary.digest, context: summary.context)
    }
}
