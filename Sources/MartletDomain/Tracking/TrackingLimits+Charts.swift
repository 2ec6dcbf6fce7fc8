/// How much the requests that charts and lists are drawn from may ask for at once; MLflow's server has the same numbers.
extension TrackingLimits {
    /// Runs whose histories come in one answer.
    public static let runsPerHistory = 100
    /// Measurements of all runs together, when histories are read from their beginnings.
    public static let bulkHistory = 25_000
    /// Measurements of each run, when histories are sampled.
    public static let sampledHistory = 2_500
    public static let experimentsPerDatasetSearch = 20
    public static let datasetSummaries = 1_000
}
