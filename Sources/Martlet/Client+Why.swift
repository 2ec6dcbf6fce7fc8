import MartletAPI
public import MartletDomain

extension Client {
    /// Why a prediction was made, with the same work done again.
    /// - Parameter id: From the column `prediction_id` of a predictions table, or from the answer of a request.
    /// - Throws: ``ClientError``: RESOURCE_DOES_NOT_EXIST when there is no such prediction.
    public func explainPrediction(_ id: String) async throws -> PredictionExplanation {
        try await send(ExplainPrediction(predictionID: id))
    }

    /// Whether a version's files are those that were registered.
    /// - Parameter uri: By number, stage or alias.
    public func verifyModelFiles(_ uri: ModelURI) async throws -> VersionSeal {
        try await send(VerifyModelFiles(uri))
    }
}
