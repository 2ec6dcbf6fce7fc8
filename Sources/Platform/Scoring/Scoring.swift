import MartletDomain
package import Metadata
import QueryEngine

/// Predictions in batches, each tied to the model and the tables that made it, and the answer to why any one was made.
package struct Scoring: Sendable {
    let store: Store
    let registry: Registry
    let datasets: Datasets
    let features: Features
    let online: OnlineStore
    let models: Models
    let turns: Turns
    let settings: ScoringSettings

    package init(
        store: Store, registry: Registry, datasets: Datasets, features: Features, online: OnlineStore,
        models: Models,
        settings: ScoringSettings = ScoringSettings()
    ) {
        self.settings = settings
        (self.store, self.registry, self.datasets) = (store, registry, datasets)
        (self.features, self.online, self.models) = (features, online, models)
        turns = Turns()
    }
}

extension Scoring {
    /// - Throws: ``ScoringError/notInService(_:)`` for a version by its number, unless history is meant and policy lets
    ///   it be read.
    func requireInService(_ modelURI: String, history: Bool) throws {
        let uri = try ModelURI(modelURI)
        if case .version = uri.choice, history, settings.history { return }
        guard uri.isInService else { throw ScoringError.notInService(modelURI) }
        // An alias that the policy asks nothing for is nobody's word that the version may serve.
        if case .alias(let alias) = uri.choice {
            let stage = registry.policy(for: uri.name).stage(forAlias: alias)
            guard stage.isInService else { throw ScoringError.notInService(modelURI) }
        }
    }
}

/// The columns that every predictions table has besides the row's key and the model's inputs.
enum PredictionColumn {
    static let id = "prediction_id"
    static let asOf = "as_of"
    static let scoredAt = "scored_at"
    static let model = "model"
    static let version = "model_version"
    /// The scoring run, which names the exact version of each table behind the inputs.
    static let scoringRun = "scoring_run_id"
    /// The same versions in words, for readers that have the table only.
    static let sources = "source_versions"
    static let score = "score"

    static let all = [id, asOf, scoredAt, model, version, scoringRun, sources, score]

    /// - Throws: ``InvalidRequest`` unless a table has the columns of predictions.
    static func check(_ schema: TableSchema, of table: TableName) throws(InvalidRequest) {
        let names = Set(schema.fields.map { $0.name.lowercased() })
        guard [id, asOf, model, version, score].allSatisfy(names.contains) else {
            throw InvalidRequest("\(table) is no predictions table. Name one that `martlet score --into` wrote.")
        }
    }
}

/// What is kept of predictions that are handed out, besides those that go to a table.
package struct ScoringSettings: Sendable, Hashable, Codable {
    /// The share of requests whose predictions are kept with inputs and features, 0...1.
    package var logShare: Double
    /// Whether versions may be scored by their number where somebody says that history is meant.
    package var history: Bool

    enum CodingKeys: String, CodingKey {
        case history
        case logShare = "log_share"
    }

    package init(logShare: Double = 1, history: Bool = true) { (self.logShare, self.history) = (logShare, history) }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        logShare = try container.decodeIfPresent(Double.self, forKey: .logShare) ?? 1
        history = try container.decodeIfPresent(Bool.self, forKey: .history) ?? true
        guard (0...1).contains(logShare) else {
            throw DecodingError.dataCorruptedError(
                forKey: .logShare, in: container, debugDescription: "\(logShare) is not a share between 0 and 1")
        }
    }
}
