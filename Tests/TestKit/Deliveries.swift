package import MartletDomain

/// A small made-up business: five carriers deliver parcels, some carriers later than others, and one asks, when a parcel is
/// handed over, whether it will come more than 15 minutes late.
package enum Deliveries {
    package static let model = "late-delivery"
    package static let deliveries = "deliveries.deliveries"
    package static let carriers = "deliveries.carriers"
    package static let predictions = "deliveries.predictions"

    package static let training = ("2024-01-01", "2024-04-01")
    package static let holdout = ("2024-04-01", "2024-05-01")
    package static let served = ("2024-05-01", "2024-06-01")

    /// One row each 87 minutes or so from 1 January to 31 May 2024, in order of time; times in UTC without saying so.
    package static func deliveriesCSV(seed: UInt64 = 2024, rows: Int = 2_500) -> String {
        var random = SplitMix(seed: seed)
        var lines = ["id,carrier,ordered_at,known_at,distance,delay,late_number,late"]
        for row in 0..<rows {
            let carrier = Int.random(in: 0..<5, using: &random)
            let ordered = 1_704_067_200 + row * 5_220 + Int.random(in: 0..<5_000, using: &random)
            let distance = Int.random(in: 1...100, using: &random)
            let delay = carrier * 12 + distance / 4 - 20 + Int.random(in: -20...20, using: &random)
            let known = ordered + 3_600 * 6 + max(delay, 0) * 60
            let late = delay > 15
            lines.append(
                "\(row),\(name(carrier)),\(text(ordered)),\(text(known)),\(distance),\(delay),\(late ? 1 : 0),\(late)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    package static func carriersCSV() -> String {
        "carrier,founded\n" + (0..<5).map { "\(name($0)),\(1990 + $0 * 7)\n" }.joined()
    }

    package static let features = """
        feature_views:
          - feature_view: carrier_history
            version: 1
            source: {table: deliveries.deliveries, entity: [carrier], event_time: ordered_at, available_at: known_at}
            join: [carrier]
            features:
              carrier_late_rate_30d: {avg: late_number, window: {rolling: P30D}}
              carrier_deliveries_all: {count: "*", window: {lifetime: true}}
          - feature_view: carrier
            version: 1
            source: {table: deliveries.carriers, entity: [carrier]}
            join: [carrier]
            features:
              carrier_founded: {lookup: founded, hidden: true}
              carrier_age_years: {expression: "2024 - carrier_founded"}
        """

    package static let quality = """
        expectation_suites:
          - expectation_suite_name: deliveries
            table: deliveries.deliveries
            expectations:
              - expect_column_values_to_be_unique: {column: id}
              - expect_column_values_to_not_be_null: {column: carrier}
              - expect_column_values_to_be_of_type: {column: ordered_at, type_: timestamp}
              - expect_column_values_to_be_between: {column: distance, min_value: 1, max_value: 100}
        """

    /// - Parameter features: A feature set's name or hash.
    package static func recipe(_ features: String = "deliveries") throws -> FeatureRecipe {
        FeatureRecipe(
            featureSet: features, spine: try TableName(deliveries), key: ["id"], time: "ordered_at",
            spineColumns: ["distance"], label: "late", labelAvailableAt: "known_at")
    }

    package static func window(_ span: (String, String)) throws -> TimeWindow {
        try TimeWindow(from: Instant(span.0).microseconds, to: Instant(span.1).microseconds)
    }

    /// Few trees, so that it takes no time and is good enough.
    package static func specification(
        _ training: TableReference, holdout: TableReference?
    ) -> TrainingSpecification {
        TrainingSpecification(
            experiment: "deliveries", runName: "small forest", trainingSet: training, holdout: holdout,
            algorithm: .randomForest(trees: 10, depth: 4, seed: 7), registerAs: model)
    }

    private static func name(_ carrier: Int) -> String { String("ABCDE".dropFirst(carrier).prefix(1)) }

    private static func text(_ seconds: Int) -> String {
        Instant(milliseconds: Int64(seconds) * 1_000).description.replacing("T", with: " ").replacing("Z", with: "")
    }
}
