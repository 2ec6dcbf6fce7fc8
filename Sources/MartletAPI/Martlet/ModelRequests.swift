public import MartletDomain

/// Trains a model on a training set, logs it, and registers it if asked to.
public struct TrainModel: MartletRequest {
    public typealias Response = TrainedModel
    public static let path = "models/train"

    public var specification: TrainingSpecification

    public init(_ specification: TrainingSpecification) { self.specification = specification }
}

/// Measures a registered version on a training set's rows and records whether it passes.
public struct EvaluateGate: MartletRequest {
    public typealias Response = GateResult
    public static let path = "models/gate"

    public var model: String
    public var version: String
    /// A table that `features/training-set` made, of the recipe that the model was trained by.
    public var on: TableReference
    public var minimumAreaUnderROC: Double

    public init(model: String, version: String, on table: TableReference, minimumAreaUnderROC: Double) {
        (self.model, self.version, self.on) = (model, version, table)
        self.minimumAreaUnderROC = minimumAreaUnderROC
    }

    enum CodingKeys: String, CodingKey {
        case model, version, on
        case minimumAreaUnderROC = "min_auc"
    }
}
