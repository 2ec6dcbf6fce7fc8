import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Which datasets an experiment's runs read, relative to `…/mlflow/`.
func addDatasetSearchRoute(to group: Routes, _ tracking: Tracking) {
    group.answer(
        .post, "experiments/search-datasets", MLflowTracking.SearchDatasets.self, "tracking.search_datasets",
        of: .visible(.experiment)
    ) { body, context in
        let (asked, visible) = ((body.experiment_ids ?? []).map(\.value), context.visible(.experiment))
        let seen = asked.filter(visible.contains)
        let found = asked.isEmpty || !seen.isEmpty ? try await tracking.searchDatasets(experimentIDs: seen) : []
        return MLflowTracking.SearchDatasets.Response(
            dataset_summaries: found.map { MLflowTracking.DatasetSummary($0) })
    }
}

extension MLflowTracking.DatasetSummary {
    init(_ summary: DatasetUse) {
        self.init(
            experiment_id: summary.experimentID, name: summary.name, digest: summary.digest, context: summary.context)
    }
}
