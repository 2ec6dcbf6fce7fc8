import MartletDomain
import Platform

/// Lets requests through to routes, or not.
struct Gate: Sendable {
    let identity: Identity

    /// Before anything of the body is read: who may not do this on anything is turned away.
    func entering(_ verb: Verb, _ context: MartletContext) async throws -> MartletContext {
        guard context.user.mayAnywhere(verb) else { try await identity.refuse(verb, by: context.caller) }
        var context = context
        context.entrance = verb
        context.gate = self
        return context
    }

    /// When it is known what the request is about. The log's refusal is one of the caller's own, not of what they came for.
    func admit(_ verb: Verb, _ context: MartletContext, _ resource: () throws -> Resource) async throws {
        guard !context.user.may(verb, on: .workspace) else { return }
        guard try await identity.may(context.user, verb, on: try resource()) else {
            try await identity.refuse(verb, by: context.caller)
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
