import Foundation
import MartletDomain
import Testing

private typealias Rules = StageRuleTests

/// What policies can ask for beyond sign-offs, plan and AUC, on values.
struct PolicyRuleTests {
    private static let table = "flights.july@1"

    private func unmet(
        _ requirements: Policy.Requirements, _ evidence: Evidence, stage: Stage = .production, by asker: String = "x"
    ) -> [UnmetGate] {
        Rules.version().unmetGates(
            into: stage, askedBy: asker, under: Policy(production: requirements), given: evidence)
    }

    private func requirements(_ change: (inout Policy.Requirements) -> Void) -> Policy.Requirements {
        var requirements = Policy.Requirements()
        change(&requirements)
        return requirements
    }

    private func evaluation(
        _ metric: String, _ value: Double, on table: String = table, digest: String = Rules.digest,
        reported: Bool = false, version: Int64 = 1
    ) throws -> Evaluation {
        Evaluation(
            version: .init(name: Rules.id.name, version: version), metric: metric, value: value,
            table: try TableReference(table), artifactDigest: digest, isReported: reported)
    }

    @Test func `A metric passes by figures of these files on the named dataset alone`() throws {
        let asked = requirements { $0.metrics = [MetricGate("f1", on: "flights.july", minimum: 0.7)] }
        func passes(_ evaluations: [Evaluation]) -> Bool {
            var evidence = Evidence()
            evidence.evaluations = evaluations
            return unmet(asked, evidence).isEmpty
        }
        #expect(!passes([]))
        #expect(try passes([evaluation("f1", 0.7)]))
        #expect(try !passes([evaluation("f1", 0.69)]))
        #expect(try !passes([evaluation("auc", 0.9)]))
        #expect(try !passes([evaluation("f1", 0.9, on: "flights.june@1")]))
        #expect(try !passes([evaluation("f1", 0.9, digest: "d2")]))
        #expect(try !passes([evaluation("f1", 0.9, version: 2)]))
        #expect(try !passes([evaluation("f1", 0.9, reported: true)]))
        #expect(try !passes([evaluation("f1", .nan)]))
        // The newest says how it is.
        #expect(try !passes([evaluation("f1", 0.9), evaluation("f1", 0.1)]))
        #expect(try passes([evaluation("f1", 0.1), evaluation("f1", 0.9)]))
    }

    @Test func `A candidate is compared with Production on the same version of the dataset`() throws {
        func gaps(_ own: Double, _ others: [Evaluation]?, margin: Double, metric: String = "auc") throws -> [UnmetGate]
        {
            let asked = requirements {
                $0.metrics = [MetricGate(metric, on: "flights.july", betterThanProductionBy: margin)]
            }
            var evidence = Evidence()
            evidence.evaluations = [try evaluation(metric, own)]
            evidence.productionEvaluations = others
            return unmet(asked, evidence)
        }
        #expect(try gaps(0.8, [evaluation("auc", 0.78, version: 7)], margin: 0.01).isEmpty)
        #expect(try !gaps(0.8, [evaluation("auc", 0.795, version: 7)], margin: 0.01).isEmpty)
        #expect(try gaps(0.8, [evaluation("auc", 0.81, version: 7)], margin: -0.02).isEmpty)
        // Another version of the dataset is another dataset.
        #expect(try !gaps(0.8, [evaluation("auc", 0.5, on: "flights.july@0", version: 7)], margin: 0).isEmpty)
        #expect(try !gaps(0.8, [], margin: 0).isEmpty)
        // Nothing in Production is nothing to be better than.
        #expect(try gaps(0.8, nil, margin: 0.1).isEmpty)
        // Of a loss less is better.
        #expect(try gaps(0.4, [evaluation("log_loss", 0.5, version: 7)], margin: 0.05, metric: "log_loss").isEmpty)
        #expect(try !gaps(0.5, [evaluation("log_loss", 0.4, version: 7)], margin: 0, metric: "log_loss").isEmpty)
    }

    @Test func `Quality counts for the very versions that a version was trained on`() throws {
        let used = try TableReference("flights.training@3")
        let digest = String(repeating: "0a", count: 32)
        func passes(_ runs: [(String, String, Bool)], suites: [String] = [], tables: [TableReference]? = nil) throws
            -> Bool
        {
            var evidence = Evidence()
            evidence.trainingData = .init(
                tables: tables ?? [used],
                runs: try runs.map {
                    .init(suite: $0.0, digest: digest, table: try TableReference($0.1), passed: $0.2)
                })
            return unmet(requirements { $0.dataQuality = .init(suites: suites) }, evidence).isEmpty
        }
        #expect(try !passes([]))
        #expect(try passes([("a", "flights.training@3", true)]))
        #expect(try !passes([("a", "flights.training@2", true)]))
        #expect(try !passes([("a", "flights.training@3", true), ("b", "flights.training@3", false)]))
        #expect(try passes([("a", "flights.training@3", false), ("a", "flights.training@3", true)]))
        #expect(try passes([("a", "flights.training@3", true), ("b", "flights.training@3", false)], suites: ["a"]))
        #expect(try !passes([("a", "flights.training@3", true)], suites: ["a", "b"]))
        #expect(try !passes([("a", "flights.training@3", true)], tables: []))
        // A policy that names what a suite asks for takes no other of its name.
        for (entry, isMet) in [
            ("a@0a0a0a0a0a0a", true), ("a@0A0A0A0A0A0A0A", true), ("a@0b0a0a0a0a0a", false), ("a@0a", false),
        ] {
            #expect(try passes([("a", "flights.training@3", true)], suites: [entry]) == isMet, "\(entry)")
        }
    }

    @Test func `Training data may not have moved from the reference in force`() throws {
        let asked = requirements { $0.trainingDrift = .init(maximumShare: 0.3) }
        let plan = try Rules.plan()
        func passes(_ drifts: [(String, Double, String)], training: String = "flights.new@1") throws -> Bool {
            var evidence = Evidence(monitoringPlan: plan)
            evidence.trainingData.tables = [try TableReference(training)]
            evidence.trainingDrift = try drifts.map {
                TrainingDrift(
                    version: Rules.id, training: try TableReference(training), reference: try TableReference($0.0),
                    share: $0.1, driftedColumns: [], artifactDigest: $0.2)
            }
            return unmet(asked, evidence).isEmpty
        }
        #expect(try !passes([]))
        #expect(try passes([("flights.training@3", 0.3, Rules.digest)]))
        #expect(try !passes([("flights.training@3", 0.31, Rules.digest)]))
        // The reference has changed since.
        #expect(try !passes([("flights.training@2", 0, Rules.digest)]))
        #expect(try !passes([("flights.training@3", 0, "d2")]))
        // What is the reference has not moved from it.
        #expect(try passes([], training: "flights.training@3"))
        #expect(!unmet(asked, Evidence()).isEmpty)
    }

    @Test func `Tests count for these files, when all passed, and not for too long`() throws {
        let week = try #require(TimeSpan("7d"))
        func passes(
            _ results: [(String, Int64, Int64, Int64)], suites: [String] = [], minimum: Int64 = 1,
            digest: String = Rules.digest
        ) -> Bool {
            var evidence = Evidence()
            evidence.moment = 8 * 86_400_000
            evidence.testResults = results.map {
                TestResult(
                    version: Rules.id, suite: $0.0, passed: $0.1, failed: $0.2, artifactDigest: digest, by: "ci",
                    at: $0.3 * 86_400_000)
            }
            let gate = UnitTestGate(suites: suites, minimum: minimum, within: week)
            return unmet(requirements { $0.unitTests = gate }, evidence).isEmpty
        }
        #expect(!passes([]))
        #expect(passes([("unit", 3, 0, 1)]))
        #expect(!passes([("unit", 3, 0, 0)]))
        #expect(!passes([("unit", 3, 1, 1)]))
        #expect(!passes([("unit", 3, 0, 1)], digest: "d2"))
        #expect(!passes([("unit", 3, 0, 1)], minimum: 4))
        #expect(!passes([("unit", 3, 0, 1)], suites: ["unit", "fairness"]))
        #expect(passes([("unit", 1, 1, 1), ("unit", 2, 0, 2), ("fairness", 1, 0, 2)], suites: ["unit", "fairness"]))
        #expect(!passes([("unit", 0, 0, 1)]))
    }

    @Test func `Card, signature, seal and a complete plan are asked for one by one`() throws {
        let asked = requirements {
            $0.modelCard = ["intended_use", "limits"]
            ($0.signature, $0.sealed, $0.monitoringPlan, $0.completeMonitoringPlan) = (true, true, true, true)
        }
        var evidence = Evidence(monitoringPlan: try Rules.plan())
        evidence.cardFields = ["limits"]
        #expect(
            unmet(asked, evidence) == [
                .incompletePlan(["owner_group", "selection", "thresholds.min_auc", "retraining_job", "escalation"]),
                .modelCard(missing: ["intended_use"]), .signature, .seal,
            ])
        evidence.cardFields.insert("intended_use")
        (evidence.hasSignature, evidence.isSealed) = (true, true)
        evidence.monitoringPlan = MonitoringPlan(
            model: "m", owner: "o", ownerGroup: "g", frequency: .weekly, selection: .init(table: "a.b"),
            reference: try TableReference("a.c@1"), thresholds: .init(minimumAreaUnderROC: 0.7),
            retrainingTrigger: .onDrift, retrainingJob: "j", escalation: .init(contacts: ["o"]))
        #expect(unmet(asked, evidence).isEmpty)
    }

    @Test func `A request must have waited, and what it waits for is said`() throws {
        let day = TimeSpan.days(1)
        let asked = requirements { $0.waitingPeriod = day }
        var evidence = Evidence()
        evidence.moment = 100_000_000
        #expect(unmet(asked, evidence) == [.waitingPeriod(.production, day, since: nil)])
        evidence.requests = [.init(.production, by: "x", at: 20_000_000), .init(.staging, by: "x", at: 0)]
        #expect(unmet(asked, evidence) == [.waitingPeriod(.production, day, since: 20_000_000)])
        evidence.moment = 20_000_000 + day.milliseconds
        #expect(unmet(asked, evidence).isEmpty)
        #expect(
            UnmetGate.waitingPeriod(.production, day, since: nil).sentence(Rules.id).contains(
                "martlet models request flight-delay/1 --to Production"))
    }

    @Test func `A sign-off expires, and does not count by a second account or for who asked before`() throws {
        let asked = requirements {
            $0.signOffs = [.programManager]
            $0.signOffsExpireAfter = .days(30)
        }
        var evidence = Evidence(signOffs: [Rules.signOff(.production, .programManager, by: "director")])
        evidence.moment = 2 + 30 * 86_400_000
        #expect(unmet(asked, evidence).isEmpty)
        evidence.moment += 1
        #expect(unmet(asked, evidence) == [.signOff(.production, .programManager, discounted: ["director"])])
        evidence.moment = 3
        evidence.requests = [.init(.production, by: "director", at: 3)]
        #expect(!unmet(asked, evidence).isEmpty)
        evidence.requests = []
        evidence.authors = ["director"]
        #expect(!unmet(asked, evidence).isEmpty)
        evidence.authors = []
        var policy = Policy(production: asked)
        policy.people = People(["one": ["author", "director"]])
        #expect(
            !Rules.version().unmetGates(into: .production, askedBy: "x", under: policy, given: evidence).isEmpty)
        policy.people = People(["one": ["eve", "director"]])
        #expect(
            !Rules.version().unmetGates(into: .production, askedBy: "eve", under: policy, given: evidence).isEmpty)
        #expect(Rules.version().unmetGates(into: .production, askedBy: "x", under: policy, given: evidence).isEmpty)
    }

    @Test func `Two accounts of one person are not two people`() {
        var policy = Policy(production: .init(signOffs: [.programManager, .programManager]))
        let evidence = Evidence(signOffs: [
            Rules.signOff(.production, .programManager, by: "director"),
            Rules.signOff(.production, .programManager, by: "director-admin"),
        ])
        func count() -> Int {
            Rules.version().unmetGates(into: .production, askedBy: "x", under: policy, given: evidence).count
        }
        #expect(count() == 0)
        policy.people = People(["director": ["director", "director-admin"]])
        #expect(count() == 1)
    }

    @Test func `Custom stages ask for what the stages before them do, and an alias for its stage's gates`() throws {
        let canary = try #require(Stage(rawValue: "Canary"))
        var policy = Policy(staging: .init(signOffs: [.reviewer]), production: .init(signOffs: [.programManager]))
        policy.order = [.unstaged, .staging, canary, .production, .archived]
        policy[canary].monitoringPlan = true
        policy.aliases = [.init(NamePattern("dev-*"), .unstaged), .init(NamePattern("canary"), canary)]
        let evidence = Evidence(signOffs: [Rules.review])
        func unmet(_ stage: Stage) -> Int {
            Rules.version().unmetGates(into: stage, askedBy: "x", under: policy, given: evidence).count
        }
        #expect(unmet(.staging) == 0 && unmet(canary) == 1 && unmet(.production) == 2)
        for (alias, isLetThrough) in [("dev-1", true), ("canary", false), ("champion", false)] {
            let result = Result {
                try Rules.version().requireFit(for: alias, askedBy: "x", under: policy, given: evidence)
            }
            let passed = if case .success = result { true } else { false }
            #expect(passed == isLetThrough, "\(alias)")
        }
        // A stage that the model does not have is no way round.
        let other = try #require(Stage(rawValue: "Live"))
        #expect(
            Rules.version().unmetGates(into: other, askedBy: "x", under: policy, given: evidence)
                == [.unknownStage(other, known: policy.order)])
    }

    @Test func `In a freeze nothing goes in or out of Production, by stage or by alias`() {
        var policy = Policy.open
        policy.freezes = [FreezeWindow(name: "always", .weekly(Set(1...7)))]
        var standing = Rules.version()
        standing.stage = .production
        func unmet(_ version: ModelVersion, _ stage: Stage) -> Int {
            version.unmetGates(into: stage, askedBy: "x", under: policy, given: Evidence()).count
        }
        #expect(unmet(Rules.version(), .production) == 1 && unmet(standing, .archived) == 1)
        #expect(unmet(Rules.version(), .staging) == 0)
        #expect(throws: RegistryError.self) {
            try standing.requireFit(for: "champion", askedBy: "x", under: policy, given: Evidence())
        }
        #expect(throws: RegistryError.self) {
            try standing.requireRemovable(alias: "champion", askedBy: "x", under: policy, given: Evidence())
        }
    }

    @Test func `What is frozen names the way that two people have to the very place`() {
        let frozen = UnmetGate.frozen(FreezeWindow(name: "close", .weekly([1]), stages: [.staging]))
        for (door, words) in [
            (RegistryError.Door.stage(.archived), "--to Archived"), (.alias("our champion"), "--alias 'our champion'"),
        ] {
            let refusal = RegistryError.gatesUnmet(Rules.id, into: door, [frozen])
            #expect(refusal.message.contains("break-glass \(Rules.id) \(words) --reason WHY"))
        }
    }

    @Test func `Policies that ask for less are told apart from those that ask for as much`() {
        let governed = Policies(.governed)
        #expect(governed.weakenings(from: governed, models: ["m"]).isEmpty)
        #expect(governed.weakenings(from: .open, models: ["m"]).isEmpty)
        #expect(Policies.open.weakenings(from: governed, models: []).count == 5)
        var stricter = Policy.governed
        stricter.production.signOffs.append(.reviewer)
        #expect(Policies(stricter).weakenings(from: governed, models: ["m"]).isEmpty)
        #expect(governed.weakenings(from: Policies(stricter), models: []).count == 1)
        // One model is let off by a closer pattern.
        var special = Policy(models: NamePattern("toy-*"))
        special.staging = Policy.governed.staging
        let split = Policies([.governed, special])
        let found = split.weakenings(from: governed, models: ["flight-delay", "toy-car"])
        #expect(found.allSatisfy { $0.hasPrefix("toy-") } && found.contains { $0.hasPrefix("toy-car: Production") })
        #expect(governed.weakenings(from: split, models: ["toy-car"]).isEmpty)
    }

    @Test func `The digest's text of one policy of old is what it was`() throws {
        func text(_ value: some Encodable) throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        }
        #expect(
            try text(PolicyText(Policies(.governed)))
                == #"{"production":{"min_auc":0.75,"monitoring_plan":true,"sign_offs":["program_manager"]},"#
                + #""staging":{"monitoring_plan":false,"sign_offs":["reviewer"]}}"#)
        #expect(
            try text(PolicyText(.open))
                == #"{"production":{"monitoring_plan":false,"sign_offs":[]},"#
                + #""staging":{"monitoring_plan":false,"sign_offs":[]}}"#)
    }

    @Test func `Of two places for a role, who fills one is not said not to count`() throws {
        let asked = requirements { $0.signOffs = [.programManager, .programManager] }
        let evidence = Evidence(signOffs: [Rules.signOff(.production, .programManager, by: "director")])
        #expect(unmet(asked, evidence) == [.signOff(.production, .programManager, discounted: [])])
        #expect(
            unmet(asked, evidence, by: "director")
                == Array(repeating: .signOff(.production, .programManager, discounted: ["director"]), count: 2))
    }

    @Test func `What is missing of the tests names the suite that is asked for`() {
        let sentence = UnmetGate.unitTests(UnitTestGate(suites: ["unit"]), reason: "none").sentence(Rules.id)
        #expect(sentence.contains("--suite unit --passed"))
        let two = UnmetGate.unitTests(UnitTestGate(suites: ["unit", "load"]), reason: "none").sentence(Rules.id)
        #expect(two.contains("--suite NAME") && two.hasSuffix("(unit, load)"))
    }
}
