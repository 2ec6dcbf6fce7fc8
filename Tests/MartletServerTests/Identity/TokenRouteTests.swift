import AuditLog
import Foundation
import HTTPTypes
import MartletDomain
import Platform
import TestKit
import Testing

struct TokenRouteTests {
    private let minute: Int64 = 60_000

    private func me(_ server: TestServer, _ token: String) async throws -> Int {
        try await server.martlet("identity/me", [:], token: token).status
    }

    @Test func `A token ends at its time, by revocation, and with its owner's account`() async throws {
        let clock = SettableClock()
        try await withServer(policy: .governed, clock: clock.wall) { server in
            let first = try await server.token(.contributor, named: "bo")
            func create(_ seconds: Int) async throws -> (token: String, id: String) {
                let made = try await server.martlet(
                    "identity/tokens/create", ["name": "nightly", "lifetime_seconds": .number(Double(seconds))],
                    token: first)
                #expect(made.status == 200, "\(made.json)")
                return (made.json["token"].text, made.json["info"]["id"].text)
            }
            let (short, long, last) = (try await create(60), try await create(3_600), try await create(36_000))
            clock.advance(by: minute - 1)
            #expect(try await me(server, short.token) == 200)
            clock.advance(by: 1)
            #expect(try await me(server, short.token) == 401)
            #expect(try await me(server, long.token) == 200)
            let revoke: JSON = ["id": .text(long.id)]
            #expect(try await server.martlet("identity/tokens/revoke", revoke, token: first).status == 200)
            #expect(try await me(server, long.token) == 401)
            #expect(try await server.martlet("identity/tokens/revoke", revoke, token: first).status == 404)
            try await server.platform.identity.deactivate("bo", by: .setup)
            #expect(try await me(server, last.token) == 401)
            #expect(try await me(server, first) == 401)
            try await server.platform.identity.activate("bo", by: .setup)
            #expect(try await me(server, last.token) == 200)
            #expect(try await me(server, short.token) == 401)
        }
    }

    @Test func `Databricks' words make, list and delete one's own tokens`() async throws {
        try await withServer(policy: .governed) { server in
            let first = try await server.token(.viewer, named: "bo")
            let made = try await server.ask(
                .post, "/api/2.0/token/create", json: ["comment": "cli", "lifetime_seconds": 600], token: first)
            let (token, id) = (made.json["token_value"].text, made.json["token_info"]["token_id"].text)
            #expect(try await me(server, token) == 200)
            let list = try await server.ask(.get, "/api/2.0/token/list", token: token)
            let infos = try list.json()["token_infos"].elements
            #expect(infos.map { $0["comment"].text } == ["first", "cli"])
            #expect(!list.text.contains(token) && !list.text.contains(first))
            let gone = try await server.ask(.post, "/api/2.0/token/delete", json: ["token_id": .text(id)], token: first)
            #expect(gone.status == 200)
            #expect(try await me(server, token) == 401)
            let scim = try await server.ask(.get, "/api/2.0/preview/scim/v2/Me", token: first)
            #expect(try scim.json()["userName"] == "bo")
        }
    }

    @Test func `A limited token does what it is for, and makes nothing that is good for more`() async throws {
        try await withServer(policy: .governed) { server in
            let first = try await server.token(.contributor, named: "bo")
            let made = try await server.martlet(
                "identity/tokens/create", ["name": "x", "verbs": ["tracking.get_*", "identity.*"]], token: first)
            let token = made.json["token"].text
            #expect(
                try await server.ask(.get, "/api/2.0/mlflow/experiments/get?experiment_id=0", token: token).status
                    == 200)
            let create: JSON = ["name": "x"]
            for (path, body) in [
                ("/api/2.0/mlflow/experiments/create", create), ("/api/martlet/1.0/identity/tokens/create", create),
                ("/api/martlet/1.0/identity/users/set-password", ["password": "a long enough password"]),
                ("/api/2.0/token/create", [:]),
            ] as [(String, JSON)] {
                let answer = try await server.ask(.post, path, json: body, token: token)
                #expect(answer.status == 403, "\(path): \(answer.json)")
            }
        }
    }

    @Test func `A limited token gives nobody anything, and knows nothing of its owner's others`() async throws {
        try await withServer(policy: .governed) { server in
            let root = try await server.token(.administrator, named: "root")
            _ = try await server.token(.contributor, named: "bo")
            try await server.platform.identity.createGroup("risk", by: .setup)
            func limited(_ limits: JSON) async throws -> (token: String, id: String) {
                let made = try await server.martlet("identity/tokens/create", limits, token: root)
                return (made.json["token"].text, made.json["info"]["id"].text)
            }
            let helper = try await limited(["name": "helper", "verbs": ["identity.*"]])
            let binding: JSON = ["member": "user:bo", "role": "administrator", "scope": "workspace"]
            for (path, body) in [
                ("identity/users/create", ["name": "cy", "roles": ["administrator"]]),
                ("identity/users/renew-token", ["name": "root"]), ("identity/users/renew-token", ["name": "bo"]),
                ("identity/roles/grant", ["binding": binding]),
                ("identity/roles/create", ["name": "all", "verbs": ["*"]]),
                ("identity/groups/members/change", ["group": "risk", "member": "bo"]),
            ] as [(String, JSON)] {
                let answer = try await server.martlet(path, body, token: helper.token)
                #expect(answer.status == 403, "\(path): \(answer.json)")
                #expect(answer.json["message"].text.contains("token is limited"), "\(path): \(answer.json)")
            }
            let narrow = try await limited(["name": "narrow", "scopes": ["experiment/0"]])
            for (path, body) in [
                ("identity/tokens/list", [:]), ("identity/tokens/revoke", ["id": .text(helper.id)]),
            ] as [(String, JSON)] {
                #expect(try await server.martlet(path, body, token: narrow.token).status == 403, "\(path)")
            }
            #expect(try await me(server, helper.token) == 200)
        }
    }

    @Test func `Nobody touches the tokens, passwords and roles of others without managing users`() async throws {
        try await withServer(policy: .governed) { server in
            let (bo, cy) = (
                try await server.token(.contributor, named: "bo"), try await server.token(.reviewer, named: "cy")
            )
            let made = try await server.martlet("identity/tokens/create", ["name": "x"], token: cy)
            let id = made.json["info"]["id"].text
            let grant: JSON = ["member": "user:bo", "role": "administrator", "scope": "workspace"]
            for (path, body, expected) in [
                ("identity/tokens/revoke", ["id": .text(id)], 404), ("identity/tokens/list", ["all": .bool(true)], 403),
                ("identity/tokens/create", ["name": "x", "owner": "cy"], 403),
                ("identity/users/set-password", ["name": "cy", "password": "a long enough password"], 403),
                ("identity/users/set-active", ["name": "cy", "active": .bool(false)], 403),
                ("identity/roles/grant", ["binding": grant], 403),
            ] as [(String, JSON, Int)] {
                let answer = try await server.martlet(path, body, token: bo)
                #expect(answer.status == expected, "\(path): \(answer.json)")
            }
            #expect(try await me(server, made.json["token"].text) == 200)
        }
    }

    @Test func `Uses are written down once a minute at most`() async throws {
        let clock = SettableClock()
        try await withServer(policy: .governed, clock: clock.wall) { server in
            let identity = server.platform.identity
            let token = try await server.token(.viewer, named: "bo")
            func written() async throws -> Int {
                try await identity.recordUses()
                return try await server.platform.auditEntries().filter { $0.actionName == "record_uses" }.count
            }
            for _ in 0..<5 { _ = try await me(server, token) }
            #expect(try await written() == 1)
            #expect(try await identity.tokens(of: "bo").first?.lastUsedAt == clock.now)
            clock.advance(by: minute - 1)
            _ = try await me(server, token)
            #expect(try await written() == 1)
            clock.advance(by: 1)
            _ = try await me(server, token)
            #expect(try await written() == 2)
            #expect(try await identity.tokens(of: "bo").first?.lastUsedAt == clock.now)
        }
    }

    @Test func `Who gives roles never signs, by whatever way the two would come together`() async throws {
        try await withServer(policy: .governed) { server in
            let identity = server.platform.identity
            _ = try await server.token(.administrator, named: "al")
            _ = try await server.token(.reviewer, named: "cy")
            try await identity.createGroup("signers", by: .setup)
            try await identity.grant(RoleBinding(.group("signers"), "reviewer"), by: .setup)
            let ways: [@Sendable () async throws -> Void] = [
                { try await identity.grant(RoleBinding(.principal("al"), "program_manager"), by: .setup) },
                {
                    try await identity.grant(
                        RoleBinding(.principal("al"), "reviewer", on: .registeredModel("churn")), by: .setup)
                },
                { try await identity.grant(RoleBinding(.principal("cy"), "administrator"), by: .setup) },
                { try await identity.add("al", to: "signers", by: .setup) },
            ]
            for way in ways {
                let refusal = await #expect(throws: IdentityError.self) { try await way() }
                #expect(refusal?.code == .invalidParameterValue)
            }
            let members = try await identity.groups()
            #expect(members.map(\.members) == [[]])
            #expect(try await identity.bindings().count == 3)
            await #expect(throws: IdentityError.self) { try await identity.deactivate("al", by: .setup) }
        }
    }
}
