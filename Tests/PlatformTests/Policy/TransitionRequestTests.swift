import AuditLog
import MartletDomain
import Platform
import TestKit
import Testing

private typealias Fixture = RegistryFixture

struct TransitionRequestTests {
    private static let signed = Policy(
        staging: .init(signOffs: [.reviewer]), production: .init(signOffs: [.programManager]))
    private static let id = ModelVersion.ID(name: "flight-delay", version: 1)

    @Test func `A request collects sign-offs and is applied by the last that was missing`() async throws {
        try await Fixture.with(Self.signed) { fixture in
            let registry = fixture.registry
            try await fixture.register()
            let request = try await registry.requestTransition(
                of: "flight-delay", "1", to: .production, comment: "please", by: Fixture.author)
            #expect(request.status == .open && request.requestedBy == "author")
            let first = try await registry.approveTransition(
                of: "flight-delay", "1", to: .production, by: Fixture.checker)
            #expect(first.version.stage == .unstaged)
            #expect(first.activity.systemComment?.contains("sign-off for Production by a program_manager") == true)
            let second = try await registry.approveTransition(
                of: "flight-delay", "1", to: .production, comment: "yes", by: Fixture.director)
            #expect(second.version.stage == .production && second.activity.systemComment == "applied")
            #expect(try await registry.openRequests(of: "flight-delay").isEmpty)
            let kinds = try await registry.activities(of: "flight-delay", "1").map(\.kind)
            #expect(kinds == [.requestedTransition, .approvedRequest, .approvedRequest, .appliedTransition])
            // Who approved is on record with the move, and where in the log.
            let standing = try #require(try await registry.asOf(.max / 2, "flight-delay").production)
            #expect(standing.approvals.map(\.user) == ["checker", "director"])
            let entries = try await fixture.entries()
            let position = Int(try #require(standing.change.auditPosition))
            #expect(entries[position].actionName == "approve_transition_request")
            #expect(entries[position].requestParams["applied"] == "true")
            for approval in standing.approvals {
                #expect(entries[Int(try #require(approval.auditPosition))].userIdentity.name == approval.user)
            }
        }
    }

    @Test func `Who asks, who made it and who may not sign decide nothing`() async throws {
        try await Fixture.with(Self.signed) { fixture in
            let registry = fixture.registry
            try await fixture.register()
            func approve(_ caller: Caller) async throws {
                try await registry.approveTransition(of: "flight-delay", "1", to: .production, by: caller)
            }
            await #expect(throws: RegistryError.requestMissing(Self.id, .production)) {
                try await approve(Fixture.director)
            }
            try await registry.requestTransition(of: "flight-delay", "1", to: .production, by: Fixture.director)
            await #expect(throws: RegistryError.requestExists(Self.id, .production, by: "director")) {
                try await registry.requestTransition(of: "flight-delay", "1", to: .production, by: Fixture.director)
            }
            await #expect(throws: RegistryError.decidesOwn(user: "director", Self.id)) {
                try await approve(Fixture.director)
            }
            for caller in [Fixture.author, Fixture.caller("colleague", [.contributor])] {
                let refusal = await #expect(throws: RegistryError.self) { try await approve(caller) }
                #expect(refusal?.code == .permissionDenied)
                await #expect(throws: RegistryError.self) {
                    try await registry.rejectTransition(of: "flight-delay", "1", to: .production, by: caller)
                }
            }
            await #expect(throws: IdentityError.mayNotChange(user: "aud")) { try await approve(Fixture.aud) }
            await #expect(throws: RegistryError.notRequester(user: "author", requester: "director")) {
                try await registry.cancelTransition(of: "flight-delay", "1", to: .production, by: Fixture.author)
            }
            await #expect(throws: RegistryError.notRequester(user: "author", requester: "director")) {
                try await registry.cancelTransition(
                    of: "flight-delay", "1", to: .production, creator: "director", by: Fixture.author)
            }
            #expect(try await registry.signOffs(of: Self.id).isEmpty)
            try await registry.cancelTransition(of: "flight-delay", "1", to: .production, by: Fixture.director)
            #expect(try await registry.openRequests(of: "flight-delay").isEmpty)
        }
    }

    @Test func `A request that is turned down is closed, and another can be made`() async throws {
        try await Fixture.with(Self.signed) { fixture in
            let registry = fixture.registry
            try await fixture.register()
            for _ in 0..<2 {
                try await registry.requestTransition(of: "flight-delay", "1", to: .staging, by: Fixture.author)
                let open = try await registry.openRequests(of: "flight-delay", "1", by: Fixture.checker)
                #expect(open.map(\.actions) == [[.approve, .reject]])
                let own = try await registry.openRequests(of: "flight-delay", "1", by: Fixture.author)
                #expect(own.map(\.actions) == [[.cancel]])
                try await registry.rejectTransition(
                    of: "flight-delay", "1", to: .staging, comment: "not yet", by: Fixture.checker)
            }
            #expect(try await registry.openRequests(of: "flight-delay").isEmpty)
            #expect(try await registry.version("flight-delay", "1").stage == .unstaged)
        }
    }

    @Test func `With a waiting period nothing moves without a request, nor before its time`() async throws {
        var policy = Self.signed
        policy.production.waitingPeriod = .days(1)
        let time = try SettableClock("2026-03-02T09:00:00Z")
        try await Fixture.with(policies: Policies(policy), clock: time.wall) { fixture in
            let registry = fixture.registry
            try await fixture.register()
            try await registry.signOff("flight-delay", "1", for: .staging, by: Fixture.checker)
            try await registry.signOff("flight-delay", "1", for: .production, by: Fixture.director)
            func move() async throws {
                try await registry.transition("flight-delay", "1", to: .production, by: Fixture.author)
            }
            await #expect(throws: RegistryError.self) { try await move() }
            try await registry.requestTransition(of: "flight-delay", "1", to: .production, by: Fixture.author)
            time.advance(minutes: 24 * 60 - 1)
            await #expect(throws: RegistryError.self) { try await move() }
            time.advance(minutes: 1)
            try await move()
            #expect(try await registry.openRequests(of: "flight-delay").isEmpty)
        }
    }

    @Test func `In a workspace of one person that person asks and approves`() async throws {
        try await Fixture.with(.open) { fixture in
            let anyone = Caller(.anyone, requestID: "1")
            try await fixture.register(by: anyone)
            try await fixture.registry.requestTransition(of: "flight-delay", "1", to: .production, by: anyone)
            let done = try await fixture.registry.approveTransition(
                of: "flight-delay", "1", to: .production, by: anyone)
            #expect(done.version.stage == .production)
        }
    }

    @Test func `A comment is changed and taken back by who wrote it alone`() async throws {
        try await Fixture.with(Self.signed) { fixture in
            let registry = fixture.registry
            try await fixture.register()
            let comment = try await registry.comment("hm", on: "flight-delay", "1", by: Fixture.checker)
            await #expect(throws: RegistryError.notCommenter(user: "author")) {
                try await registry.updateComment(comment.id, to: "fine", by: Fixture.author)
            }
            await #expect(throws: RegistryError.notCommenter(user: "author")) {
                try await registry.deleteComment(comment.id, by: Fixture.author)
            }
            let changed = try await registry.updateComment(comment.id, to: "fine", by: Fixture.checker)
            #expect(changed.comment == "fine" && changed.id == comment.id)
            #expect(try await registry.activities(of: "flight-delay", "1").map(\.comment) == ["fine"])
            try await registry.deleteComment(comment.id, by: Fixture.checker)
            #expect(try await registry.activities(of: "flight-delay", "1").isEmpty)
            await #expect(throws: RegistryError.commentMissing(comment.id)) {
                try await registry.deleteComment(comment.id, by: Fixture.checker)
            }
        }
    }
}
