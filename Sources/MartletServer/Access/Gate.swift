import Hummingbird
import MartletDomain
import Platform

/// Lets requests through to routes, or not.
struct Gate: Sendable {
    let identity: Identity
    let audit: Audit

    /// Before anything of the body is read: who may not do this on anything is turned away.
    func entering(_ verb: Verb, _ context: MartletContext) async throws -> MartletContext {
        guard context.user.mayAnywhere(verb) else { try await identity.refuse(verb, by: context.caller) }
        var context = context
        context.entrance = verb
        context.gate = self
        return context
    }

    /// When it is known what the request is about. The log's refusal is one of the caller's own, not of what they came
    /// for.
    func admit(_ verb: Verb, _ context: MartletContext, _ resource: () throws -> Resource) async throws {
        guard !context.user.may(verb, on: .workspace) else { return }
        guard try await identity.may(context.user, verb, on: try resource()) else {
            try await identity.refuse(verb, by: context.caller)
        }
    }
}

extension Gate {
    /// Answers a request, and leaves an entry in the audit log if it is a read that the policy names.
    func recording(
        _ verb: Verb, _ request: Request, _ context: MartletContext, _ answer: () async throws -> Response
    ) async throws -> Response {
        guard verb.isReading, audit.settings.records(verb) else { return try await answer() }
        var parameters = ["path": String(request.uri.path.prefix(512))]
        if let query = request.uri.query, !query.isEmpty { parameters["query"] = String(query.prefix(1_024)) }
        let action = AuditAction(verb.service, verb.action, parameters)
        do {
            let response = try await answer()
            let code: ErrorCode? = response.status.code >= 400 ? .badRequest : nil
            try await audit.read(
                action, by: context.caller, refusal: code.map { ($0, "answered with \(response.status.code)") })
            return response
        } catch let error as any MartletError {
            try await audit.read(action, by: context.caller, refusal: (error.code, error.message))
            throw error
        }
    }
}

extension MartletContext {
    /// For what a request names besides: sources that are read, places that are written to.
    /// - Throws: `IdentityError` when the caller may not.
    func require(_ verb: Verb, on resource: @autoclosure () throws -> Resource) async throws {
        guard let gate else { return }
        try await gate.admit(verb, self, resource)
    }

    /// The things of a kind that this caller may do what they came for on.
    func visible(_ kind: Scope.Kind) -> Visibility { entrance.map { user.visible(kind, by: $0) } ?? .all }
}
