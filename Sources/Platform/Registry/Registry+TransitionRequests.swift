package import MartletDomain
import Metadata

extension Registry {
    /// Asks for a version to move to a stage. Others approve or reject it.
    /// - Parameter notice: What webhooks are told beside that.
    @discardableResult
    package func requestTransition(
        of name: String, _ version: String, to stage: Stage, comment: String? = nil,
        notice: WebhookPayload? = nil, by caller: Caller
    ) async throws -> TransitionRequest {
        let id = try ModelVersion.ID(name, version)
        let policy = policy(for: name)
        try refuse(RegistryNames.problems(text: comment))
        let parameters = ["name": name, "version": version, "stage": stage.rawValue, "comment": comment]
        return try await change("create_transition_request", parameters, by: caller) { db in
            let stored = try db.version(id)
            guard policy.order.contains(stage) else {
                throw RegistryError.gatesUnmet(id, into: .stage(stage), [.unknownStage(stage, known: policy.order)])
            }
            let open = try db.openRequests(of: stored)
            guard !open.contains(where: { $0.stage == stage && $0.requestedBy == caller.user.name }) else {
                throw RegistryError.requestExists(id, stage, by: caller.user.name)
            }
            let request = TransitionRequest(
                id: newID(), version: id, stage: stage, requestedBy: caller.user.name, comment: comment,
                artifactDigest: stored.version.artifactDigest, createdAt: try db.registryTime())
            try db.insert(request, of: stored)
            try db.act(.requestedTransition, on: stored, comment: comment, from: stored.version.stage, to: stage)
            if let notice { try db.announce(notice) }
            db.note("request_id", request.id)
            return request
        }
    }

    /// Signs for a version as others asked, in each role in which the caller may, and applies the request if that was
    /// all that was missing.
    ///
    /// - Parameter digest: The files that the caller has looked at; nil for whatever the version has.
    /// - Returns: The activity, which says what is still missing, and the version as it is afterwards.
    /// - Throws: ``RegistryError/requestMissing(_:_:)``, ``RegistryError/decidesOwn(user:_:)``,
    ///   ``RegistryError/mayNotSign(user:_:_:)``.
    @discardableResult
    package func approveTransition(
        of name: String, _ version: String, to stage: Stage, archiveExisting: Bool = false, comment: String? = nil,
        digest: String? = nil, by caller: Caller
    ) async throws -> (activity: ModelActivity, version: ModelVersion) {
        let id = try ModelVersion.ID(name, version)
        let policy = policy(for: name)
        try refuse(RegistryNames.problems(text: comment))
        try requireArchiving(archiveExisting, stage, policy)
        let parameters = [
            "name": name, "version": version, "stage": stage.rawValue, "comment": comment,
            "archive_existing_versions": "\(archiveExisting)", "expected_digest": digest,
        ]
        if stage.isInService { try await requireSealed(id, "approve_transition_request", parameters, by: caller) }
        let files = try await fileFacts(of: id, under: policy)
        return try await change("approve_transition_request", parameters, by: caller) { db in
            let stored = try db.version(id)
            let request = try db.requestToDecide(stored, to: stage, .approve, under: policy)
            guard digest == nil || digest == stored.version.artifactDigest,
                request.artifactDigest == stored.version.artifactDigest
            else { throw RegistryError.otherFiles(id) }
            let signing = policy.signing(caller.user, name, into: stage)
            if !signing.isEmpty { _ = try db.signOff(stored, for: signing, comment: comment, under: policy) }
            let evidence = try db.evidence(on: stored, under: policy, files: files, at: db.now)
            let unmet = stored.version.unmetGates(
                into: stage, askedBy: request.requestedBy, under: policy, given: evidence)
            let activity = try db.act(
                .approvedRequest, on: stored, comment: comment,
                systemComment: unmet.isEmpty ? "applied" : unmet.summary(id), from: stored.version.stage, to: stage)
            db.note("requested_by", request.requestedBy)
            db.note("applied", "\(unmet.isEmpty)")
            if unmet.isEmpty {
                let move = StageMove(
                    stage: stage, asker: request.requestedBy, archivesExisting: archiveExisting, comment: comment,
                    policy: policy, files: files, way: .request)
                try db.make(move, of: stored)
            }
            let after = try db.version(id).version
            db.note(before: stored.version.stateDigest, after: after.stateDigest)
            return (activity, after)
        }
    }

    /// Turns down what others asked for.
    @discardableResult
    package func rejectTransition(
        of name: String, _ version: String, to stage: Stage, comment: String? = nil, by caller: Caller
    ) async throws -> ModelActivity {
        let id = try ModelVersion.ID(name, version)
        let policy = policy(for: name)
        try refuse(RegistryNames.problems(text: comment))
        let parameters = ["name": name, "version": version, "stage": stage.rawValue, "comment": comment]
        return try await change("reject_transition_request", parameters, by: caller) { db in
            let stored = try db.version(id)
            let request = try db.requestToDecide(stored, to: stage, .reject, under: policy)
            db.note("requested_by", request.requestedBy)
            try db.closeRequests(of: stored, to: stage, as: .rejected)
            return try db.act(
                .rejectedRequest, on: stored, comment: comment, from: stored.version.stage, to: stage)
        }
    }

    /// Takes back what the caller asked for.
    ///
    /// - Parameter creator: Who asked, if it is said: nobody takes back another's request.
    @discardableResult
    package func cancelTransition(
        of name: String, _ version: String, to stage: Stage, creator: String? = nil, comment: String? = nil,
        by caller: Caller
    ) async throws -> ModelActivity {
        let id = try ModelVersion.ID(name, version)
        try refuse(RegistryNames.problems(text: comment))
        let parameters = [
            "name": name, "version": version, "stage": stage.rawValue, "creator": creator, "comment": comment,
        ]
        return try await change("delete_transition_request", parameters, by: caller) { db in
            let stored = try db.version(id)
            let open = try db.openRequests(of: stored).filter { $0.stage == stage }
            guard let request = open.first(where: { $0.requestedBy == creator ?? caller.user.name }) else {
                if creator == nil, let other = open.first {
                    throw RegistryError.notRequester(user: caller.user.name, requester: other.requestedBy)
                }
                throw RegistryError.requestMissing(id, stage)
            }
            guard request.requestedBy == caller.user.name else {
                throw RegistryError.notRequester(user: caller.user.name, requester: request.requestedBy)
            }
            try db.close(request, as: .cancelled)
            return try db.act(
                .cancelledRequest, on: stored, comment: comment, from: stored.version.stage, to: stage)
        }
    }

    /// The open requests for a version, oldest first, each with what the caller can do about it.
    package func openRequests(
        of name: String, _ version: String, by caller: Caller
    ) async throws -> [(request: TransitionRequest, from: Stage, actions: [ModelActivity.Action])] {
        let id = try ModelVersion.ID(name, version)
        let policy = policy(for: name)
        return try await store.read { db in
            let stored = try db.version(id)
            return try db.openRequests(of: stored).map {
                ($0, stored.version.stage, $0.actions(for: caller.user, under: policy))
            }
        }
    }

    /// The open requests for any version of a model, oldest first.
    package func openRequests(of name: String) async throws -> [TransitionRequest] {
        try await store.read { db in try db.openRequests(ofModelNamed: name) }
    }
}

extension Policy {
    /// For which stages, on the way into `stage`, a user's word is asked for, and in which roles.
    fileprivate func signing(_ user: User, _ model: String, into stage: Stage) -> [(stage: Stage, roles: [Role])] {
        var signing: [(stage: Stage, roles: [Role])] = []
        for (on, requirements) in stages(on: stage) where !requirements.signOffs.isEmpty {
            let roles = user.signingRoles(of: requirements.signOffs, forModel: model)
            if !roles.isEmpty { signing.append((on, roles)) }
        }
        return signing
    }
}

extension [UnmetGate] {
    /// What is missing, in as many words as a comment holds.
    fileprivate func summary(_ id: ModelVersion.ID) -> String {
        String(("still missing:" + map { "\n- \($0.sentence(id))" }.joined()).prefix(4_000))
    }
}

extension Snapshot {
    /// Requests for a version that nobody has closed, oldest first.
    func openRequests(of stored: StoredVersion) throws -> [TransitionRequest] {
        try rows(
            "SELECT * FROM transition_requests WHERE version = ? AND status = 'open' ORDER BY number",
            [.integer(stored.number)]
        ).map { try $0.transitionRequest(stored.version.id) }
    }
}

extension SQLRow {
    func transitionRequest(_ id: ModelVersion.ID) throws -> TransitionRequest {
        guard let stage = Stage(rawValue: try text("stage")),
            let status = TransitionRequest.Status(rawValue: try text("status"))
        else { throw StoreError.unexpectedValue(column: "status") }
        return TransitionRequest(
            id: try text("id"), version: id, stage: stage, requestedBy: try text("requested_by"),
            comment: try textIfPresent("comment"), artifactDigest: try text("artifact_digest"),
            createdAt: try integer("created_at"), status: status, closedBy: try textIfPresent("closed_by"),
            closedAt: try integerIfPresent("closed_at"))
    }
}

extension Transaction {
    fileprivate func insert(_ request: TransitionRequest, of stored: StoredVersion) throws {
        try execute(
            "INSERT INTO transition_requests (number, id, version, stage, requested_by, comment, artifact_digest, "
                + "created_at, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open')",
            [
                .integer(try next("transition_request")), .text(request.id), .integer(stored.number),
                .text(request.stage.rawValue), .text(request.requestedBy), SQLValue(request.comment),
                .text(request.artifactDigest), .integer(request.createdAt),
            ])
    }

    /// The oldest request for a stage that the caller may decide on.
    fileprivate func requestToDecide(
        _ stored: StoredVersion, to stage: Stage, _ action: ModelActivity.Action, under policy: Policy
    ) throws -> TransitionRequest {
        let open = try openRequests(of: stored).filter { $0.stage == stage }
        guard !open.isEmpty else { throw RegistryError.requestMissing(stored.version.id, stage) }
        let decidable = open.first { $0.actions(for: caller.user, under: policy).contains(action) }
        if let decidable { return decidable }
        let own = policy.people.person(caller.user.name)
        guard open.contains(where: { policy.people.person($0.requestedBy) != own }) else {
            throw RegistryError.decidesOwn(user: caller.user.name, stored.version.id)
        }
        throw RegistryError.mayNotSign(user: caller.user.name, policy.signers(for: stage), stage)
    }

    /// Closes every open request for a stage, as decided by the caller.
    func closeRequests(of stored: StoredVersion, to stage: Stage, as status: TransitionRequest.Status) throws {
        try execute(
            "UPDATE transition_requests SET status = ?, closed_by = ?, closed_at = ? WHERE version = ? AND stage = ? "
                + "AND status = 'open'",
            [
                .text(status.rawValue), .text(caller.user.name), .integer(now), .integer(stored.number),
                .text(stage.rawValue),
            ])
    }

    fileprivate func close(_ request: TransitionRequest, as status: TransitionRequest.Status) throws {
        try execute(
            "UPDATE transition_requests SET status = ?, closed_by = ?, closed_at = ? WHERE id = ?",
            [.text(status.rawValue), .text(caller.user.name), .integer(now), .text(request.id)])
    }
}
