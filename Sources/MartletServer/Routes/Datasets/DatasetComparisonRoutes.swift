import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests about what is in tables and what changed, below `/api/martlet/1.0/`.
func addDatasetComparisonRoutes(to group: Routes, platform: Platform) {
    let datasets = platform.datasets
    group.on(ProfileDataset.self, "datasets.get_profile", of: .table { "\($0.table)" }) { body, _ in
        try await datasets.profile(body.table, version: body.version, columns: body.columns)
    }
    group.on(
        DiffDatasets.self, "datasets.get_difference",
        of: .tables { ["\($0.table)"] + ($0.other.map { ["\($0)"] } ?? []) }
    ) { body, _ in
        try await datasets.diff(body.table, from: body.from, to: body.to, of: body.other, key: body.key ?? [])
    }
}
