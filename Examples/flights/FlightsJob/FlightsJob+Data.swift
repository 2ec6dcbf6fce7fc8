import Foundation
public import Martlet

extension FlightsJob {
    /// Brings the five files in as tables, then computes the two that need it. Every version records what it came from.
    public func importTables() async throws -> [DatasetSummary] {
        let raw = [
            ("raw_flights", "flights"), ("raw_weather", "weather"), ("planes", "planes"), ("airports", "airports"),
            ("airlines", "airlines"),
        ]
        var tables: [DatasetSummary] = []
        for (table, file) in raw {
            let progress = progress
            tables.append(
                try await people.engineer.importDataset(
                    Tables.named(table), from: folder.appending(path: "data/\(file).csv.gz")
                ) { progress("Sending \(file).csv.gz", $0, $1) })
        }
        tables.append(
            try await people.engineer.deriveDataset(
                Tables.named("flights"), sql: text("prepare/flights.sql"),
                from: ["raw": Tables.named("raw_flights"), "airports": Tables.named("airports")]))
        tables.append(
            try await people.engineer.deriveDataset(
                Tables.named("weather"), sql: text("prepare/weather.sql"), from: ["raw": Tables.named("raw_weather")]))
        return tables
    }

    /// Checks the tables against what is expected of them. An error-level failure means: stop.
    public func checkQuality() async throws -> [QualityReport] {
        let now = try Instant("2014-01-01T05:00:00Z")
        return try await people.engineer.send(RunQuality(suite: text("quality.yaml"), asOf: now)).reports
    }

    /// Declares the features once, and joins to each flight what they were when it pushed back.
    public func buildTrainingSets() async throws -> (training: DatasetSummary, holdout: DatasetSummary) {
        let features = try await people.engineer.send(
            ApplyFeatures(name: "flights", definition: text("features.yaml")))
        let recipe = FeatureRecipe(
            featureSet: features.hash, spine: try Tables.named("flights"), key: ["flight_id"], time: "departure",
            spineColumns: ["dep_delay", "scheduled_minute", "day_of_week", "distance"], label: "late",
            labelAvailableAt: "landed_at")
        func build(_ table: String, _ span: Month) async throws -> DatasetSummary {
            try await people.engineer.send(
                BuildTrainingSet(
                    table: Tables.named(table), recipe: recipe, from: span.start, to: span.end, knownAt: span.reportedAt
                ))
        }
        return (try await build("training", try .training()), try await build("holdout", try .holdout()))
    }
}
