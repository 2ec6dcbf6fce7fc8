import MartletDomain
import Platform
import Testing

/// What people write into `martlet.yaml`.
struct PolicyFileTests {
    static let whole = """
        workspace: test
        people:
          director: [director, director-admin]
        policies:
          - models: "*"
            staging: {sign_offs: [reviewer]}
            production:
              sign_offs: [{role: program_manager, count: 2}]
              sign_offs_expire_after: 90d
              monitoring_plan: complete
              metrics:
                - {metric: auc, dataset: flights.july, minimum: 0.75, better_than_production_by: -0.01}
              data_quality: [flights]
              feature_consistency: {max_mismatches: 2, within: 3d}
              training_drift: {max_share: 0.3}
              unit_tests: {suites: [unit], min_tests: 5, within: 30d}
              model_card: [intended_use]
              signature: true
              sealed: true
              waiting_period: 1d
            order: [None, Staging, Canary, Production, Archived]
            stages:
              Canary: {monitoring_plan: true}
              Archived: {sign_offs: [program_manager]}
            aliases: {champion: Production, "dev-*": None}
            freeze:
              - {name: year end, from: 2026-12-20, to: 2027-01-03, time_zone: Europe/Berlin}
              - {name: holidays, from: 12-24, to: 12-26}
              - {name: weekend, weekdays: [saturday, sunday]}
            rollback: {sign_offs: [reviewer], during_freeze: true}
            monitoring: {tolerance: 2d, archive_after: 30d}
          - models: toy-*
            staging: {}
        """

    @Test func `Everything that a policy can say is read, and is the same again when its text is`() throws {
        let policies = try PolicyFile.policies(yaml: Self.whole)
        let policy = policies.policy(for: "flight-delay")
        let production = policy.production
        #expect(production.signOffs == [.programManager, .programManager])
        #expect(production.signOffsExpireAfter == .days(90) && production.completeMonitoringPlan)
        #expect(
            production.metrics == [
                MetricGate("auc", on: "flights.july", minimum: 0.75, betterThanProductionBy: -0.01)
            ])
        #expect(production.dataQuality == .init(suites: ["flights"]) && production.signature && production.sealed)
        #expect(production.featureConsistency == .init(maximumMismatches: 2, within: 3 * 86_400_000))
        #expect(production.trainingDrift == .init(maximumShare: 0.3) && production.modelCard == ["intended_use"])
        #expect(production.unitTests == .init(suites: ["unit"], minimum: 5, within: .days(30)))
        #expect(production.waitingPeriod == .days(1) && policy.order.count == 5)
        #expect(policy[.archived].signOffs == [.programManager] && policy.freezes.count == 3)
        #expect(policy.stage(forAlias: "dev-x") == .unstaged && policy.stage(forAlias: "other") == .production)
        #expect(policy.rollback.duringFreeze && policy.rollback.requirements.signOffs == [.reviewer])
        #expect(policy.monitoring == .init(tolerance: .days(2), archiveAfter: .days(30)))
        #expect(policies.policy(for: "toy-car").isOpen && policies.people.person("director-admin") == "person:director")

        let kept = try JSONEncoding.text(PolicyText(policies))
        let again = try PolicyText.policies(in: LocatedNode(JSONEncoding.node(kept)))
        #expect(again == policies)
        #expect(try JSONEncoding.text(PolicyText(again)) == kept)
    }

    @Test func `All that is wrong is said at once, each with its line`() throws {
        let problems = problems(
            """
            workspace: test
            policies:
              - models: "*"
                stagin: {}
                staging: {sign_offs: [boss], waiting: 3d}
                production:
                  min_auc: 7
                  sign_offs_expire_after: soon
                  metrics:
                    - {metric: auc}
                    - {metric: auc, dataset: flights.july}
                stages: {Canary: {}}
                aliases: {"a*": Production, "*b": Staging}
                freeze:
                  - {name: x, from: 2026-12-20, to: 2026-12-01}
                  - {name: y, weekdays: [caturday], time_zone: Nowhere/Town}
              - models: flight-*
                order: [None, Production, Staging, Archived]
              - models: "*-delays"
            """)
        let expected = [
            ("line 4:", "'stagin'"), ("line 5:", "'boss'"), ("line 5:", "'waiting'"), ("line 7:", "min_auc"),
            ("line 8:", "sign_offs_expire_after"), ("line 10:", "lacks dataset"), ("line 11:", "asks for nothing"),
            ("line 12:", "'Canary'"), ("line 13:", "equally closely"), ("line 15:", "from one time to a later one"),
            ("line 16:", "Nowhere/Town"), ("line 18:", "Staging before Production"),
            ("line 3:", "match some names equally closely"),
        ]
        for (line, words) in expected {
            #expect(problems.contains { $0.hasPrefix(line) && $0.contains(words) }, "\(line) \(words) in \(problems)")
        }
        #expect(problems.count == expected.count, "\(problems)")
    }

    @Test(arguments: [
        ("workspace: w\n", "is missing"), ("policy: {}\npolicies: []\n", "policies: and policy:"),
        ("policies: []\n", "'*'"), ("policies: [{models: a}]\n", "'*'"),
        ("policies: [{}, {}]\n", "two policies for '*'"), ("policy: 7\n", "must be a mapping"),
        ("policy: {production: {sign_offs: [{role: reviewer, count: 0}]}}\n", "between 1 and 20"),
        ("people: {a: [x], b: [x]}\npolicy: {}\n", "is a's and b's"),
    ])
    func `A file without sound policies is refused`(text: String, reason: String) {
        let found = problems(text)
        #expect(found.contains { $0.contains(reason) }, "\(found)")
    }

    @Test func `The closest pattern holds, whatever the order`() throws {
        for text in [
            "policies: [{models: '*'}, {models: 'f*', staging: {sealed: true}}, {models: fa, production: {sealed: true}}]",
            "policies: [{models: fa, production: {sealed: true}}, {models: 'f*', staging: {sealed: true}}, {models: '*'}]",
        ] {
            let policies = try PolicyFile.policies(yaml: text)
            #expect(policies.policy(for: "x").isOpen)
            #expect(policies.policy(for: "fab").staging.sealed && !policies.policy(for: "fab").production.sealed)
            #expect(policies.policy(for: "fa").production.sealed && !policies.policy(for: "fa").staging.sealed)
        }
    }

    private func problems(_ text: String) -> [String] {
        do {
            _ = try PolicyFile.policies(yaml: text)
            return []
        } catch let error as ConfigurationProblems {
            return error.problems
        } catch {
            return ["\(error)"]
        }
    }
}
