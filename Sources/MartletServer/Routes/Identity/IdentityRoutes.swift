import Hummingbird
import MartletAPI
import MartletDomain
import Platform

func addIdentityRoutes(to group: RouterGroup<MartletContext>, _ identity: Identity) {
    group.on(WhoAmI.self) { _, context in context.user }
    group.on(ListUsers.self) { _, _ in .init(users: try await identity.users()) }
    group.on(CreateUser.self) { body, context in
        let token = try await identity.createUser(body.name, roles: Set(body.roles), by: context.caller)
        return .init(name: body.name, token: token)
    }
    group.on(RenewToken.self) { body, context in
        .init(name: body.name, token: try await identity.renewToken(of: body.name, by: context.caller))
    }
}
