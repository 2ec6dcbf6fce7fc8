/// One thing that stands between a version and a stage.
public enum UnmetGate: Sendable, Hashable {
    /// `discounted` are those who signed but registered the version, ask for the move, are counted for another gate, or
    /// signed too long ago.
    case signOff(Stage, Role, discounted: [String])
    case monitoringPlan
    case performance(minimum: Double, last: GateResult?)
    /// A view whose served values were not found to be a batch's: not at all, too long ago, or with too many
    /// differences.
    case featureConsistency(FeatureConsistency, FeatureEvidence)
    /// What the plan on record does not say.
    case incompletePlan([String])
    case metric(MetricGate, MetricShortfall)
    case dataQuality(DataQualityGate, reason: String)
    case trainingDrift(TrainingDriftGate, last: TrainingDrift?, reference: TableReference?)
    case unitTests(UnitTestGate, reason: String)
    case modelCard(missing: [String])
    case signature
    case seal
    /// No request has been open for so long; `since` is when the oldest was made.
    case waitingPeriod(Stage, TimeSpan, since: Int64?)
    case frozen(FreezeWindow)
    /// The model's policy does not have the stage.
    case unknownStage(Stage, known: [Stage])

    /// Why a figure does not pass.
    public enum MetricShortfall: Sendable, Hashable {
        case notMeasured
        case outOfRange(Evaluation)
        /// The version in Production was not measured on that version of the dataset.
        case productionNotMeasured(on: TableReference)
        case notBetter(Evaluation, production: Evaluation)
    }
}
