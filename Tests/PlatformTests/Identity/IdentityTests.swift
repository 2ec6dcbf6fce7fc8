import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import Testing

private typealias Fixture = RegistryFixture

struct IdentityTests {
    private static let setup = Caller(.martlet, requestID: "setup")

    @Test func `A token stands for its user, is nowhere in the workspace, and its renewal ends it`() async throws {
        try await Fixture.with { fixture in
            let identity = Identity(store: fixture.store, isOpen: false)
            let token = try await identity.createUser("author", roles: [.contributor, .reviewer], by: Self.setup)
            #expect(token.hasPrefix("mlt_") && token.utf8.count == 47)
            #expect(
                try await identity.user(presenting: token) == User(name: "author", roles: [.contributor, .reviewer]))
            let kept = try await fixture.store.read { db in
                try db.rows("SELECT token_hash AS t FROM users").map { try $0.text("t") }
                    + (try db.rows("SELECT entry AS t FROM audit_entries").map {
                        String(decoding: try $0.blob("t"), as: UTF8.self)
                    })
            }
            #expect(!kept.contains { $0.contains(token) || $0.contains(token.dropFirst(4)) })
            let renewed = try await identity.renewToken(of: "author", by: Self.setup)
            #expect(try await identity.authenticate(token: token) == nil)
            #expect(try await identity.authenticate(token: renewed)?.name == "author")
        }
    }

    @Test func `Without a right token nobody is let in, unless the workspace is open`() async throws {
        try await Fixture.with { fixture in
            let governed = Identity(store: fixture.store, isOpen: false)
            let token = try await governed.createUser("author", roles: [.contributor], by: Self.setup)
            for wrong in [
                nil, "", "mlt_", "x", token + "x", String(token.dropLast()), token.uppercased(), "mlt_' OR 1=1 --",
            ] {
                let refusal = await #expect(throws: IdentityError.self, "\(wrong ?? "none")") {
                    try await governed.user(presenting: wrong)
                }
                #expect(refusal == .unauthenticated && refusal?.message.contains("MLFLOW_TRACKING_TOKEN") == true)
            }
            #expect(try await Identity(store: fixture.store, isOpen: true).user(presenting: nil) == .anyone)
        }
    }

    @Test func `Somebody who can give roles is always left`() async throws {
        try await Fixture.with { fixture in
            let identity = Identity(store: fixture.store, isOpen: false)
            let root = Fixture.caller("root", [.administrator])
            let keepers = Member.group("keepers")
            for (name, role) in [("root", Role.administrator), ("bo", .contributor)] {
                _ = try await identity.createUser(name, roles: [role], by: root)
            }
            func refuses(_ change: () async throws -> Void) async {
                let refusal = await #expect(throws: IdentityError.self) { try await change() }
                #expect(refusal?.message.contains("roles grant user:NAME --role administrator") == true)
            }
            let own = RoleBinding(.principal("root"), "administrator")
            await refuses { try await identity.revoke(own, by: root) }
            await refuses { try await identity.deactivate("root", by: root) }
            // By a group, and by a role of one's own.
            try await identity.createGroup("keepers", by: root)
            try await identity.createRole("keeper", verbs: ["identity.*"], by: root)
            try await identity.grant(RoleBinding(keepers, "keeper"), by: root)
            await refuses { try await identity.revoke(own, by: root) }
            try await identity.add("bo", to: "keepers", by: root)
            try await identity.revoke(own, by: root)
            await refuses { try await identity.remove("bo", from: "keepers", by: root) }
            await refuses { try await identity.deleteGroup("keepers", by: root) }
            await refuses { try await identity.deleteRole("keeper", by: root) }
            await refuses { try await identity.deactivate("bo", by: root) }
            try await identity.deactivate("root", by: root)
        }
    }

    @Test func `Only administrators make users, and what makes no sense is refused and audited`() async throws {
        try await Fixture.with { fixture in
            let identity = Identity(store: fixture.store, isOpen: false)
            let admin = Fixture.caller("root", [.administrator])
            _ = try await identity.createUser("bystander", roles: [.auditor], by: admin)
            let cases: [(String, Set<Role>, Caller, IdentityError)] = [
                ("bo", [.contributor], Fixture.author, .mayNotAdminister(user: "author")),
                ("bystander", [.contributor], admin, .userExists("bystander")),
            ]
            for (name, roles, caller, expected) in cases {
                await #expect(throws: expected) { try await identity.createUser(name, roles: roles, by: caller) }
            }
            for (name, roles) in [("", [Role.contributor]), ("martlet", [.contributor]), ("bo", [])]
                as [(String, Set<Role>)]
            {
                let refusal = await #expect(throws: IdentityError.self) {
                    try await identity.createUser(name, roles: roles, by: admin)
                }
                #expect(refusal?.code == .invalidParameterValue)
            }
            #expect(try await identity.users() == [User(name: "bystander", roles: [.auditor])])
            #expect(try await fixture.entries().filter { $0.actionName == "create_user" }.count == 6)
        }
    }
}
