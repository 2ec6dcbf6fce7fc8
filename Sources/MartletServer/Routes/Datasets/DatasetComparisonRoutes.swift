import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests about what is in tables and what changed, below `/api/martlet/1.0/`.
func addDatasetComparisonRoutes(to group: RouterGroup<MartletContext>, platform: Platform) {
    let datasets = platform.datasets
    group.on(ProfileDataset.self) { body, _ in
        try await datasets.profile(body.table, version: body.version, columns: body.columns)
    }
    group.on(DiffDatasets.self) { body, _ in
        try await datasets.diff(body.table, from: body.from, to: body.to, of: body.other, key: body.key ?? [])
    }
}
