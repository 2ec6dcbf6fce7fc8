import MartletDomain
import Testing

/// The rule table on values: no store, no clock.
struct StageRuleTests {
    static let id = ModelVersion.ID(name: "flight-delay", version: 1)
    static let digest = "d1"

    static func version(digest: String = digest, files: Int = 3) -> ModelVersion {
        ModelVersion(
            id: id, source: "models:/m-1", artifactPath: "0/models/m-1/artifacts", artifactDigest: digest,
            artifactCount: files, runID: "r", runLink: nil, registeredBy: "author", createdAt: 1, updatedAt: 1)
    }

    static func signOff(_ stage: Stage, _ role: Role, by user: String, digest: String = digest) -> SignOff {
        SignOff(version: id, stage: stage, role: role, user: user, comment: nil, artifactDigest: digest, at: 2)
    }

    static func plan() throws -> MonitoringPlan {
        MonitoringPlan(
            model: id.name, owner: "director", frequency: .monthly, reference: try TableReference("flights.training@3"),
            thresholds: .init(), retrainingTrigger: .onDrift)
    }

    static func gate(
        _ value: Double?, minimum: Double = 0.75, digest: String = digest
    ) throws -> GateResult {
        let outcome: GateResult.Outcome = value.map { $0 >= minimum ? .passed : .failed } ?? .couldNotBeEvaluated
        return GateResult(
            version: id, metric: "auc", minimum: minimum, value: value, outcome: outcome,
            reason: value == nil ? "no rows" : nil, table: try TableReference("flights.holdout@1"),
            artifactDigest: digest, by: "martlet", at: 3)
    }

    static let review = signOff(.staging, .reviewer, by: "checker")
    static let approval = signOff(.production, .programManager, by: "director")

    @Test func `Production takes every gate, and the refusal lists exactly those that are not met`() throws {
        for bits in 0..<16 {
            let has = (0..<4).map { bits & (1 << $0) != 0 }
            let evidence = Evidence(
                signOffs: (has[0] ? [Self.review] : []) + (has[1] ? [Self.approval] : []),
                monitoringPlan: has[2] ? try Self.plan() : nil, gateResults: has[3] ? [try Self.gate(0.8)] : [])
            var missing: [UnmetGate] = []
            if !has[0] { missing.append(.signOff(.staging, .reviewer, discounted: [])) }
            if !has[1] { missing.append(.signOff(.production, .programManager, discounted: [])) }
            if !has[2] { missing.append(.monitoringPlan) }
            if !has[3] { missing.append(.performance(minimum: 0.75, last: nil)) }
            for stage in Stage.allCases {
                let expected: [UnmetGate] =
                    switch stage {
                    case .production: missing
                    case .staging: has[0] ? [] : [.signOff(.staging, .reviewer, discounted: [])]
                    default: []
                    }
                let move = {
                    try Self.version().moved(to: stage, by: "author", under: .governed, given: evidence, at: 9)
                }
                if expected.isEmpty {
                    let moved = try move()
                    #expect(moved.stage == stage && moved.updatedAt == 9, "evidence \(bits), \(stage)")
                } else {
                    #expect(throws: RegistryError.gatesUnmet(Self.id, into: .stage(stage), expected)) { try move() }
                }
            }
            let alias = Result {
                try Self.version().requireFit(for: "champion", askedBy: "author", under: .governed, given: evidence)
            }
            let isRefused = if case .failure = alias { true } else { false }
            #expect(isRefused != missing.isEmpty, "an alias with evidence \(bits)")
        }
    }

    @Test func `A refusal names every unmet gate and the command that meets it`() throws {
        let unmet = Self.version().unmetGates(into: .production, askedBy: "author", under: .governed, given: Evidence())
        let message = RegistryError.gatesUnmet(Self.id, into: .stage(.production), unmet).message
        for part in [
            "4 of its gates are not met", "martlet registry sign-off flight-delay/1 --stage Staging",
            "martlet registry sign-off flight-delay/1 --stage Production", "program_manager",
            "martlet monitoring plan flight-delay --owner",
            "martlet gate flight-delay/1 --on TABLE@VERSION --min-auc 0.75",
        ] {
            #expect(message.contains(part), "\(part) in \(message)")
        }
    }

    @Test func `In an open policy every move passes`() throws {
        for stage in Stage.allCases {
            #expect(
                try Self.version().moved(to: stage, by: "author", under: .open, given: Evidence(), at: 2).stage == stage
            )
        }
    }

    @Test(arguments: ["author", "eve"])
    func `A sign-off by who registered the version, or by who asks, does not count`(signer: String) throws {
        let evidence = Evidence(signOffs: [Self.signOff(.staging, .reviewer, by: signer)])
        let unmet = Self.version().unmetGates(into: .staging, askedBy: "eve", under: .governed, given: evidence)
        #expect(unmet == [.signOff(.staging, .reviewer, discounted: [signer])])
        #expect(unmet.first?.sentence(Self.id).contains("that of \(signer) does not count") == true)
    }

    @Test func `One person with both roles is not two people`() throws {
        let both = [
            Self.signOff(.staging, .reviewer, by: "checker"), Self.signOff(.production, .programManager, by: "checker"),
        ]
        var evidence = Evidence(
            signOffs: both, monitoringPlan: try Self.plan(), gateResults: [try Self.gate(0.8)])
        let unmet = Self.version().unmetGates(into: .production, askedBy: "author", under: .governed, given: evidence)
        #expect(unmet == [.signOff(.production, .programManager, discounted: ["checker"])])
        // With somebody else for either, there are two, in whatever order they signed.
        evidence.signOffs.append(Self.signOff(.staging, .reviewer, by: "bystander"))
        #expect(
            Self.version().unmetGates(into: .production, askedBy: "author", under: .governed, given: evidence).isEmpty)
    }

    @Test func `A sign-off or gate result of other files, another stage or another role counts for nothing`() throws {
        for signOff in [
            Self.signOff(.staging, .reviewer, by: "checker", digest: "d2"),
            Self.signOff(.production, .reviewer, by: "checker"),
            Self.signOff(.staging, .programManager, by: "checker"),
        ] {
            let evidence = Evidence(signOffs: [signOff])
            #expect(!Self.version().unmetGates(into: .staging, askedBy: "x", under: .governed, given: evidence).isEmpty)
        }
        let evidence = Evidence(
            signOffs: [Self.review, Self.approval], monitoringPlan: try Self.plan(),
            gateResults: [try Self.gate(0.9, digest: "d2")])
        let unmet = Self.version().unmetGates(into: .production, askedBy: "x", under: .governed, given: evidence)
        #expect(unmet == [.performance(minimum: 0.75, last: nil)])
    }

    @Test func `The newest gate result counts, its minimum must reach the floor, and empty files never pass`() throws {
        func passes(_ results: [GateResult], files: Int = 3) throws -> Bool {
            let evidence = Evidence(
                signOffs: [Self.review, Self.approval], monitoringPlan: try Self.plan(), gateResults: results)
            return Self.version(files: files).unmetGates(
                into: .production, askedBy: "x", under: .governed, given: evidence
            ).isEmpty
        }
        #expect(try passes([Self.gate(0.8)]))
        #expect(try passes([Self.gate(0.8, minimum: 0.78)]))
        #expect(try !passes([Self.gate(0.8, minimum: 0.7)]))
        #expect(try !passes([Self.gate(0.8), Self.gate(0.7)]))
        #expect(try passes([Self.gate(0.7), Self.gate(0.8)]))
        // A try that came to no figure neither passes nor takes a pass away.
        #expect(try !passes([Self.gate(nil)]))
        #expect(try passes([Self.gate(0.8), Self.gate(nil)]))
        #expect(try !passes([Self.gate(0.7), Self.gate(nil)]))
        #expect(try !passes([Self.gate(0.8)], files: 0))
        // Nor does a pass of a lower bar, unless what was measured is below the floor.
        #expect(try passes([Self.gate(0.8), Self.gate(0.8, minimum: 0.5)]))
        #expect(try !passes([Self.gate(0.8), Self.gate(0.7, minimum: 0.5)]))
    }

    @Test func `Whose word rolls back may sign, and every role is named once`() {
        var policy = Policy(production: .init(signOffs: [.programManager, .programManager]))
        policy.rollback.requirements.signOffs = [.reviewer]
        #expect(policy.signers(for: .production) == [.programManager, .reviewer])
        #expect(policy.signers(for: .archived).isEmpty)
    }

    @Test func `Sign-offs fill as many places as any choice of people could`() {
        var random = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0..<1_000_000, using: &random)
        var generator = SplitMix(state: seed)
        let people = ["author", "checker", "director", "bystander"]
        let roles: [Role] = [.reviewer, .programManager]
        for _ in 0..<300 {
            let policy = Policy(
                staging: .init(signOffs: (0..<Int.random(in: 0...2, using: &generator)).map { _ in .reviewer }),
                production: .init(
                    signOffs: (0..<Int.random(in: 0...2, using: &generator)).map { _ in
                        roles[Int.random(in: 0..<2, using: &generator)]
                    }))
            let signOffs = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                Self.signOff(
                    Bool.random(using: &generator) ? .staging : .production,
                    roles[Int.random(in: 0..<2, using: &generator)],
                    by: people[Int.random(in: 0..<4, using: &generator)])
            }
            let wanted =
                policy.staging.signOffs.map { (Stage.staging, $0) }
                + policy.production.signOffs.map { (Stage.production, $0) }
            func most(_ index: Int, _ used: Set<String>) -> Int {
                guard index < wanted.count else { return 0 }
                return signOffs.filter {
                    $0.stage == wanted[index].0 && $0.role == wanted[index].1 && $0.user != "author" && $0.user != "eve"
                        && !used.contains($0.user)
                }.map { 1 + most(index + 1, used.union([$0.user])) }.reduce(most(index + 1, used), max)
            }
            let unmet = Self.version().unmetGates(
                into: .production, askedBy: "eve", under: policy, given: Evidence(signOffs: signOffs))
            #expect(unmet.count == wanted.count - most(0, []), "seed \(seed)")
        }
    }
}
