import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Accounts, tokens, groups and roles, below `/api/martlet/1.0/`.
func addIdentityRoutes(to group: Routes, _ identity: Identity) {
    group.on(WhoAmI.self, "identity.get_me", of: .own) { _, context in context.user }
    group.on(ListUsers.self, "identity.list_users", of: .workspace) { _, _ in .init(users: try await identity.users()) }
    group.on(CreateUser.self, "identity.create_user", of: .workspace) { body, context in
        let token = try await identity.createUser(
            body.name, roles: Set(body.roles), kind: body.kind ?? .user, by: context.caller)
        return .init(name: body.name, token: token)
    }
    group.on(RenewToken.self, "identity.renew_token", of: .workspace) { body, context in
        .init(name: body.name, token: try await identity.renewToken(of: body.name, by: context.caller))
    }
    group.on(SetUserActive.self, "identity.deactivate_user", of: .workspace) { body, context in
        if body.active {
            try await identity.activate(body.name, by: context.caller)
        } else {
            try await identity.deactivate(body.name, by: context.caller)
        }
        return Done()
    }
    group.on(SetPassword.self, "identity.set_own_password", of: .account) { body, context in
        let name = body.name ?? context.user.name
        if name != context.user.name { try await context.require("identity.set_password", on: .workspace) }
        try await identity.setPassword(body.password, of: name, by: context.callerInPerson)
        return Done()
    }
    addOwnTokenRoutes(to: group, identity)
    addGroupRoutes(to: group, identity)
    addRoleRoutes(to: group, identity)
}

private func addOwnTokenRoutes(to group: Routes, _ identity: Identity) {
    group.on(CreateToken.self, "identity.create_own_token", of: .account) { body, context in
        let owner = body.owner ?? context.user.name
        if owner != context.user.name { try await context.require("identity.create_token", on: .workspace) }
        let made = try await identity.createToken(
            named: body.name, for: owner, lifetime: try milliseconds(body.lifetimeSeconds),
            limits: TokenLimits(verbs: body.verbs ?? [], scopes: body.scopes ?? []), by: context.callerInPerson)
        return CreateToken.Response(token: made.token, info: AccessTokenInfo(made.record))
    }
    group.on(ListTokens.self, "identity.list_own_tokens", of: .account) { body, context in
        let all = body.all ?? false
        if all { try await context.require("identity.list_tokens", on: .workspace) }
        let found = try await identity.tokens(of: all ? nil : context.user.name)
        return ListTokens.Response(tokens: found.map { AccessTokenInfo($0) })
    }
    group.on(RevokeToken.self, "identity.revoke_own_token", of: .account) { body, context in
        try await identity.revokeToken(body.id, by: context.callerInPerson)
        return Done()
    }
}

private func addGroupRoutes(to group: Routes, _ identity: Identity) {
    group.on(ListGroups.self, "identity.list_groups", of: .workspace) { _, _ in
        .init(groups: try await identity.groups().map { .init(name: $0.name, members: $0.members) })
    }
    group.on(ChangeGroup.self, "identity.create_group", of: .workspace) { body, context in
        if body.delete ?? false {
            try await identity.deleteGroup(body.name, by: context.caller)
        } else {
            try await identity.createGroup(body.name, by: context.caller)
        }
        return Done()
    }
    group.on(ChangeMember.self, "identity.add_member", of: .workspace) { body, context in
        if body.remove ?? false {
            try await identity.remove(body.member, from: body.group, by: context.caller)
        } else {
            try await identity.add(body.member, to: body.group, by: context.caller)
        }
        return Done()
    }
}

private func addRoleRoutes(to group: Routes, _ identity: Identity) {
    group.on(ListRoles.self, "identity.list_roles", of: .workspace) { _, _ in
        let custom = try await identity.allCustomRoles().sorted { $0.key < $1.key }
        return ListRoles.Response(
            roles: Role.allCases.map { .init(name: $0.rawValue, verbs: $0.verbs, custom: false) }
                + custom.map { .init(name: $0.key, verbs: $0.value, custom: true) },
            bindings: try await identity.bindings())
    }
    group.on(CreateRole.self, "identity.create_role", of: .workspace) { body, context in
        try await identity.createRole(body.name, verbs: body.verbs, by: context.caller)
        return Done()
    }
    group.on(DeleteRole.self, "identity.delete_role", of: .workspace) { body, context in
        try await identity.deleteRole(body.name, by: context.caller)
        return Done()
    }
    group.on(GrantRole.self, "identity.grant_role", of: .workspace) { body, context in
        try await identity.grant(body.binding, by: context.caller)
        return Done()
    }
    group.on(RevokeRole.self, "identity.revoke_role", of: .workspace) { body, context in
        try await identity.revoke(body.binding, by: context.caller)
        return Done()
    }
}

/// - Throws: `InvalidRequest` for what is no length of time.
func milliseconds(_ seconds: Int64?) throws -> Int64? {
    guard let seconds else { return nil }
    guard (1...400_000_000).contains(seconds) else {
        throw InvalidRequest("A token's lifetime is a number of seconds, at most ten years.")
    }
    return seconds * 1_000
}

extension AccessTokenInfo {
    init(_ record: TokenRecord) {
        self.init(
            id: record.id, owner: record.owner, name: record.name, verbs: record.limits?.verbs,
            scopes: record.limits?.scopes, createdAt: record.createdAt, expiresAt: record.expiresAt,
            lastUsedAt: record.lastUsedAt)
    }
}

extension MartletContext {
    /// The caller without what the door they came by would let them do besides: where one verb is for oneself, and
    /// another for others.
    var callerInPerson: Caller {
        var caller = caller
        caller.entrance = nil
        return caller
    }
}
