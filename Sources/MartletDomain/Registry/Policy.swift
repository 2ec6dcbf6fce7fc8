/// What must be true of a version before it may stand in a stage. Part of `martlet.yaml`.
public struct Policy: Sendable, Hashable, Codable {
    /// What one stage asks for.
    public struct Requirements: Sendable, Hashable, Codable {
        /// One sign-off by somebody of each role.
        public var signOffs: [Role]
        public var monitoringPlan: Bool
        /// The least area under the ROC curve on rows the model has not seen; nil to ask for none.
        public var minimumAreaUnderROC: Double?
        /// How well what is served of its features must have compared with batches; nil to ask for nothing.
        public var featureConsistency: FeatureConsistency?

        public init(
            signOffs: [Role] = [], monitoringPlan: Bool = false, minimumAreaUnderROC: Double? = nil,
            featureConsistency: FeatureConsistency? = nil
        ) {
            (self.signOffs, self.monitoringPlan) = (signOffs, monitoringPlan)
            (self.minimumAreaUnderROC, self.featureConsistency) = (minimumAreaUnderROC, featureConsistency)
        }

        enum CodingKeys: String, CodingKey {
            case signOffs = "sign_offs"
            case monitoringPlan = "monitoring_plan"
            case minimumAreaUnderROC = "min_auc"
            case featureConsistency = "feature_consistency"
        }
    }

    public var staging: Requirements
    public var production: Requirements

    enum CodingKeys: String, CodingKey { case staging, production }

    public init(staging: Requirements = Requirements(), production: Requirements = Requirements()) {
        (self.staging, self.production) = (staging, production)
    }

    /// Every transition passes: a workspace of one person.
    public static let open = Policy()

    /// A reviewer signs for Staging, a program manager for Production, which also wants a monitoring plan and a passed
    /// performance gate.
    public static let governed = Policy(
        staging: Requirements(signOffs: [.reviewer]),
        production: Requirements(signOffs: [.programManager], monitoringPlan: true, minimumAreaUnderROC: 0.75))

    public var isOpen: Bool { self == .open }

    /// The roles whose sign-off means something for a stage: those it asks for, or those that usually sign.
    public func signers(for stage: Stage) -> [Role] {
        let (wanted, usual): ([Role], [Role]) =
            switch stage {
            case .staging: (staging.signOffs, [.reviewer])
            case .production: (production.signOffs, [.programManager])
            case .unstaged, .archived: ([], [])
            }
        return wanted.isEmpty ? usual : wanted
    }
}
