import MartletAPI
public import MartletDomain

extension Client {
    /// Asks for a version to move to a stage; others decide.
    @discardableResult
    public func requestTransition(
        of name: String, version: String, to stage: Stage, comment: String? = nil
    ) async throws -> TransitionRequest {
        try await send(RequestTransition(model: name, version: version, stage: stage, comment: comment))
    }

    /// Signs for a version as others asked; it moves when that was all that was missing.
    ///
    /// - Parameter digest: The SHA-256 of the files that were looked at: with others nothing is signed.
    /// - Returns: Where the version stands afterwards, and what is still missing.
    @discardableResult
    public func approveTransition(
        of name: String, version: String, to stage: Stage, archivingExisting: Bool = false, comment: String? = nil,
        digest: String? = nil
    ) async throws -> (stage: Stage, activity: ModelActivity) {
        let answer = try await send(
            DecideTransition(
                .approve, model: name, version: version, stage: stage, comment: comment,
                archiveExisting: archivingExisting, artifactDigest: digest))
        return (answer.stage, answer.activity)
    }

    /// Turns down what others asked for.
    @discardableResult
    public func rejectTransition(
        of name: String, version: String, to stage: Stage, comment: String? = nil
    ) async throws -> ModelActivity {
        try await send(
            DecideTransition(.reject, model: name, version: version, stage: stage, comment: comment)
        ).activity
    }

    /// Takes back what the caller asked for.
    @discardableResult
    public func cancelTransition(of name: String, version: String, to stage: Stage) async throws -> ModelActivity {
        try await send(DecideTransition(.cancel, model: name, version: version, stage: stage)).activity
    }

    /// The open requests for versions of a model, oldest first.
    public func transitionRequests(of name: String) async throws -> [TransitionRequest] {
        try await send(ListTransitionRequests(model: name)).requests
    }

    /// How models in service are looked after, or one model.
    public func modelHealth(of name: String? = nil) async throws -> [ModelHealth] {
        try await send(GetModelHealth(model: name)).models
    }

    /// Puts the last good version back into Production.
    /// - Returns: The number of the version that is there now.
    @discardableResult
    public func rollBack(_ name: String, reason: String? = nil) async throws -> String {
        try await send(RollBackModel(model: name, reason: reason)).version
    }

    /// What callers of a model got at a moment, who had vouched for it, and under which policy.
    public func model(_ name: String, asOf time: Instant) async throws -> ModelAsOf {
        let (whole, rest) = time.microseconds.quotientAndRemainder(dividingBy: 1_000)
        return try await send(GetModelAsOf(model: name, at: rest < 0 ? whole - 1 : whole))
    }
}
