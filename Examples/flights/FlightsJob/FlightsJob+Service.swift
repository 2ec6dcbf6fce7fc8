public import Martlet

extension FlightsJob {
    /// Scores one month by whatever is in Production.
    public func score(_ month: Month) async throws -> ScoringRun {
        try await people.engineer.send(
            ScoreBatch(
                modelURI: "models:/\(Self.model)/Production", from: month.start, to: month.end,
                predictions: Tables.named("predictions")))
    }

    /// Looks at the month when its outcomes are known: drift against the training rows, and how right it was.
    public func check(_ month: Month) async throws -> MonitoringCheck {
        try await people.engineer.send(
            CheckModel(
                model: Self.model, predictions: Tables.named("predictions"), from: month.start, to: month.end,
                labelsKnownAt: month.reportedAt, experiment: "\(Self.experiment)-monitoring"))
    }

    /// Why the model was surest of one late flight of the last month.
    public func explainOneLateFlight() async throws -> PredictionExplanation? {
        guard let month = try Month.served().last else { return nil }
        let surest = try await people.engineer.send(
            FindPredictions(table: Tables.named("predictions"), from: month.start, to: month.end, limit: 20))
        for prediction in surest.predictions {
            let explanation = try await people.engineer.send(ExplainPrediction(predictionID: prediction.id))
            if explanation.outcome == true { return explanation }
        }
        return nil
    }
}
