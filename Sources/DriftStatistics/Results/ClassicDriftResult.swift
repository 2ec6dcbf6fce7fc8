/// A drift result in the shape of the classic `as_dict()`: the data set's verdict, the table of columns, then one
/// entry for each target column asked for. Encode it with `JSONEncoder`.
package struct ClassicDriftResult: Sendable, Codable, Equatable {
    package let metrics: [Metric]

    package struct Metric: Sendable, Codable, Equatable {
        package let metric: String
        package let result: MetricResult
    }

    /// The fields of the three kinds of entries; what an entry does not have is absent.
    package struct MetricResult: Sendable, Codable, Equatable {
        package var driftShare: Double?
        package var numberOfColumns: Int?
        package var numberOfDriftedColumns: Int?
        package var shareOfDriftedColumns: Double?
        package var datasetDrift: Bool?
        package var driftByColumns: [String: ClassicColumnDrift]?
        package var columnName: String?
        package var columnType: String?
        package var stattestName: String?
        package var stattestThreshold: Double?
        package var driftScore: Double?
        package var driftDetected: Bool?

        private enum CodingKeys: String, CodingKey {
            case driftShare = "drift_share"
            case numberOfColumns = "number_of_columns"
            case numberOfDriftedColumns = "number_of_drifted_columns"
            case shareOfDriftedColumns = "share_of_drifted_columns"
            case datasetDrift = "dataset_drift"
            case driftByColumns = "drift_by_columns"
            case columnName = "column_name"
            case columnType = "column_type"
            case stattestName = "stattest_name"
            case stattestThreshold = "stattest_threshold"
            case driftScore = "drift_score"
            case driftDetected = "drift_detected"
        }
    }

    /// Columns that could not be computed are in no number and not in the table. The table's own verdict uses a drift
    /// share of 0.5 whatever the data set's is.
    ///
    /// - Parameters:
    ///   - reference, current: the columns compared, for the small distributions; without them these are absent.
    ///   - targets: columns to repeat as `ColumnDriftMetric`, in this order.
    package init(
        _ drift: DatasetDrift, reference: [(String, DriftColumn)] = [], current: [(String, DriftColumn)] = [],
        targets: [String] = []
    ) {
        let referenceByName = Dictionary(reference) { first, _ in first }
        let currentByName = Dictionary(current) { first, _ in first }
        var verdict = MetricResult()
        verdict.numberOfColumns = drift.columnCount
        verdict.numberOfDriftedColumns = drift.driftedCount
        verdict.shareOfDriftedColumns = drift.driftedShare
        var table = verdict
        verdict.driftShare = drift.driftShareThreshold
        verdict.datasetDrift = drift.isDrifted
        table.datasetDrift = drift.columnCount > 0 && drift.driftedShare >= 0.5
        var columns: [String: ClassicColumnDrift] = [:]
        for column in drift.columns where column.isComputed {
            let distributions = smallDistributions(referenceByName[column.name], currentByName[column.name])
            columns[column.name] = ClassicColumnDrift(
                column, current: distributions?.current, reference: distributions?.reference)
        }
        table.driftByColumns = columns
        let targetMetrics = targets.compactMap { name in
            drift.columns.first { $0.name == name && $0.isComputed }
        }.map { column in
            var result = MetricResult()
            result.columnName = column.name
            result.columnType = column.kind.rawValue
            result.stattestName = column.displayName
            result.stattestThreshold = column.threshold
            result.driftScore = column.score
            result.driftDetected = column.isDrifted
            return Metric(metric: "ColumnDriftMetric", result: result)
        }
        metrics =
            [
                Metric(metric: "DatasetDriftMetric", result: verdict),
                Metric(metric: "DataDriftTable", result: table),
            ] + targetMetrics
    }
}
