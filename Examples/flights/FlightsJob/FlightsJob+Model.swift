public import Martlet

extension FlightsJob {
    /// Trains a random forest, logs everything that made it, and registers it.
    public func train(on training: TableReference, holdout: TableReference) async throws -> TrainedModel {
        try await people.engineer.send(
            TrainModel(
                TrainingSpecification(
                    experiment: Self.experiment, runName: "random forest", trainingSet: training, holdout: holdout,
                    algorithm: .randomForest(trees: 200, depth: 8, seed: 2013), registerAs: Self.model)))
    }

    /// Asks for Production before anybody has signed.
    /// - Returns: What the registry says is missing; nil would mean that a gate can be walked around.
    public func refusedPromotion(of version: String) async throws -> String? {
        do {
            try await people.engineer.transitionStage(of: Self.model, version: version, to: .production)
            return nil
        } catch ClientError.refused(.permissionDenied, let reasons) {
            return reasons
        }
    }

    /// Meets every gate, each by the person whose it is, and promotes.
    public func promote(_ version: String, reference: TableReference, holdout: TableReference) async throws
        -> GateResult
    {
        let (engineer, model) = (people.engineer, Self.model)
        try await people.reviewer.signOff(model, version: version, for: .staging, comment: "validated on July")
        try await engineer.transitionStage(of: model, version: version, to: .staging)

        try await engineer.setMonitoringPlan(
            MonitoringPlan(
                model: model, owner: "flight operations", frequency: .monthly, reference: reference,
                // Weather and running counts move with the seasons: it takes three columns in four to mean something.
                thresholds: .init(driftShare: 0.75, minimumAreaUnderROC: 0.78), retrainingTrigger: .onDrift))
        let gate = try await engineer.send(
            EvaluateGate(model: model, version: version, on: holdout, minimumAreaUnderROC: 0.78))
        guard gate.outcome == .passed else { return gate }
        try await people.programManager.signOff(
            model, version: version, for: .production, comment: "approved for service")
        try await engineer.transitionStage(of: model, version: version, to: .production, archivingExisting: true)
        return gate
    }
}
