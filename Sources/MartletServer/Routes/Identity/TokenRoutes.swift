import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// One's own tokens, and who one is, in the words of Databricks' API: `/api/2.0/token/…`,
/// `/api/2.0/preview/scim/v2/Me`.
func addTokenRoutes(to routes: Routes, _ identity: Identity) {
    let group = routes.group("api/2.0/token")
    group.answer(.post, "create", Wire.Create.self, "identity.create_own_token", of: .account) { body, context in
        let made = try await identity.createToken(
            named: body.comment ?? "", lifetime: try milliseconds(body.lifetime_seconds?.value),
            by: context.callerInPerson)
        return Wire.Created(token_value: made.token, token_info: Wire.Info(made.record))
    }
    group.answer("list", "identity.list_own_tokens", of: .account) { _, context in
        Wire.List(token_infos: try await identity.tokens(of: context.user.name).map { Wire.Info($0) })
    }
    group.answer(.post, "delete", Wire.Delete.self, "identity.revoke_own_token", of: .account) { body, context in
        try await identity.revokeToken(try required(body.token_id, "token_id"), by: context.callerInPerson)
        return MLflowTracking.Empty()
    }
    routes.group("api/2.0/preview/scim/v2").answer("Me", "identity.get_me", of: .own) { _, context in
        Wire.Me(
            id: context.user.name, userName: context.user.name,
            groups: context.user.groups.sorted().map { Wire.Me.Group(display: $0) })
    }
}

private enum Wire {
    struct Create: Decodable, Sendable {
        var comment: String?
        var lifetime_seconds: WireInteger?
    }

    struct Delete: Decodable, Sendable { var token_id: String? }

    struct Info: Encodable, Sendable {
        var token_id: String
        var creation_time: Int64
        /// -1 for one that does not end.
        var expiry_time: Int64
        var comment: String

        init(_ record: TokenRecord) {
            (token_id, creation_time, comment) = (record.id, record.createdAt, record.name)
            expiry_time = record.expiresAt ?? -1
        }
    }

    struct Created: Encodable, Sendable {
        var token_value: String
        var token_info: Info
    }

    struct List: Encodable, Sendable { var token_infos: [Info] }

    struct Me: Encodable, Sendable {
        struct Group: Encodable, Sendable { var display: String }
        var id: String
        var userName: String
        var active = true
        var groups: [Group]
    }
}
