public import MartletAPI
public import MartletDomain

extension Client {
    /// Scores rows as of now, with features from memory; each prediction is kept before it is answered.
    ///
    /// - Parameters:
    ///   - model: `models:/NAME/STAGE` or `models:/NAME@ALIAS`.
    ///   - rows: At most 1,000: keys, and columns that the model takes as they are given. The time is now.
    ///   - allowDrift: Why it does not matter that views have changed since; nil if it does.
    ///   - history: Whether a version may be named by its number.
    /// - Throws: ``ClientError``: INVALID_STATE when a feature is not served by the plan that the model was trained on.
    public func predict(
        _ model: String, _ rows: PushedFrame, allowDrift: String? = nil, history: Bool = false
    ) async throws -> ScoreServed.Response {
        try await send(
            ScoreServed(modelURI: model, columns: rows, allowDrift: allowDrift, history: history ? true : nil))
    }
}
