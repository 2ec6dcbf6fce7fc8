package import MartletDomain
import Metadata

extension Tracking {
    /// Finds runs.
    ///
    /// - Parameters:
    ///   - filter: As MLflow writes it: `metrics.auc > 0.8 AND params.depth = '8'`.
    ///   - orderBy: `metrics.auc DESC` …; after that the newest first, then by run id. Runs without the value come last, after
    ///     those whose metric is NaN.
    ///   - size: Runs to a page.
    ///   - token: Where an earlier page of the same order ended. Runs that are made or deleted meanwhile neither repeat
    ///     one that was shown nor hide one that was not.
    /// - Throws: ``InvalidRequest`` for what cannot be understood.
    package func searchRuns(
        experimentIDs: [String], filter: String = "", viewType: ViewType = .activeOnly, orderBy: [String] = [],
        size: Int = 1_000, token: String? = nil
    ) async throws -> Page<Run> {
        try checkPageSize(size)
        let search = RunSearch(
            experiments: try experimentNumbers(experimentIDs), filter: try SearchFilter(parsing: filter, as: .runs),
            stages: viewType.stages, orders: try SearchOrder.all(parsing: orderBy, as: .runs), fewRuns: fewRuns)
        let place = try RunPlace(token: token, orders: search.orders)
        return try await store.read { db in
            let found = try search.find(size + 1, after: place, db)
            let shown = found.prefix(size)
            var page = Page(try db.runs(numbered: shown.map(\.number)), size: size, offset: 0)
            if found.count > size, let last = shown.last {
                page.nextToken = RunPlace(values: last.terms).token(orders: search.orders)
            }
            return page
        }
    }
}
