/// What to train, on what, and where to put it.
public struct TrainingSpecification: Sendable, Hashable, Codable {
    /// The learner and its settings.
    public enum Algorithm: Sendable, Hashable, Codable {
        case randomForest(trees: Int = 200, depth: Int = 8, seed: Int = 0)
        case gradientBoosting(rounds: Int = 200, depth: Int = 6, learningRate: Double = 0.1, seed: Int = 0)
    }

    public var experiment: String
    public var runName: String?
    public var trainingSet: TableReference
    /// Rows that the model has not seen, of the same recipe: the logged quality is measured on them.
    public var holdout: TableReference?
    /// Columns that the model sees; nil for every number of the training set but its key and time.
    public var inputs: [String]?
    public var algorithm: Algorithm
    /// The registered model that gets a new version; nil to register none.
    public var registerAs: String?

    public init(
        experiment: String, runName: String? = nil, trainingSet: TableReference, holdout: TableReference? = nil,
        inputs: [String]? = nil, algorithm: Algorithm = .randomForest(), registerAs: String? = nil
    ) {
        (self.experiment, self.runName, self.trainingSet) = (experiment, runName, trainingSet)
        (self.holdout, self.inputs, self.algorithm, self.registerAs) = (holdout, inputs, algorithm, registerAs)
    }

    enum CodingKeys: String, CodingKey {
        case experiment, holdout, inputs, algorithm
        case runName = "run_name"
        case trainingSet = "training_set"
        case registerAs = "register_as"
    }
}

/// A model that was trained here, and how good it is.
public struct TrainedModel: Sendable, Hashable, Codable {
    public var runID: String
    public var modelID: String
    public var inputs: [String]
    /// On the holdout, or with the prefix `train_` on the training rows when there was none.
    public var metrics: [String: Double]
    public var registeredVersion: String?

    public init(
        runID: String, modelID: String, inputs: [String], metrics: [String: Double], registeredVersion: String?
    ) {
        (self.runID, self.modelID, self.inputs) = (runID, modelID, inputs)
        (self.metrics, self.registeredVersion) = (metrics, registeredVersion)
    }

    enum CodingKeys: String, CodingKey {
        case inputs, metrics
        case runID = "run_id"
        case modelID = "model_id"
        case registeredVersion = "registered_version"
    }
}
