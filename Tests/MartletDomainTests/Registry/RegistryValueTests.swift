import Foundation
import MartletDomain
import Testing

struct RegistryValueTests {
    @Test func `A policy that says nothing asks for nothing, and a misspelt gate is refused`() throws {
        func policy(_ json: String) throws -> Policy { try JSONDecoder().decode(Policy.self, from: Data(json.utf8)) }
        #expect(try policy("{}") == .open)
        #expect(
            try policy(
                #"{"staging": {"sign_offs": ["reviewer"]}, "production": {"sign_offs": ["program_manager"], "#
                    + #""monitoring_plan": true, "min_auc": 0.75}}"#) == .governed)
        for bad in [
            #"{"prod": {}}"#, #"{"production": {"signoffs": ["reviewer"]}}"#, #"{"production": {"min_auc": 1.5}}"#,
            #"{"staging": {"sign_offs": ["boss"]}}"#,
        ] {
            #expect(throws: DecodingError.self, "\(bad)") { try policy(bad) }
        }
        #expect(try policy(String(decoding: JSONEncoder().encode(Policy.governed), as: UTF8.self)) == .governed)
    }

    @Test func `A model's address says which version is meant`() throws {
        #expect(try ModelURI("models:/a b/production") == ModelURI(name: "a b", .stage(.production)))
        #expect(try ModelURI("models:/a@champion") == ModelURI(name: "a", .alias("champion")))
        #expect(try ModelURI("models:/a/12") == ModelURI(name: "a", .version(12)))
        #expect(try ModelURI("models:/a/latest") == ModelURI(name: "a", .latest))
        for bad in [
            "", "a", "models:/", "models:/a", "models:/a/", "models:/a/1/2", "models:/a/Shipped",
            "models:/@x",
            "models:/a@", "models:/a/99999999999999999999", "models:/m-0a1b", "runs:/a/1",
        ] {
            #expect(throws: RegistryError.self, "\(bad)") { try ModelURI(bad) }
        }
    }

    @Test(arguments: ["champion", "a-b_c", "Latest1", "v", "v1x", "éa"])
    func `An alias is word characters and dashes`(alias: String) {
        #expect(RegistryNames.problems(alias: alias).isEmpty)
    }

    @Test(arguments: [
        "", "latest", "LATEST", "v1", "V22", "a b", "a/b", "a.b", "a\u{0}", String(repeating: "a", count: 256),
    ])
    func `An alias that is reserved or looks like something else is refused`(alias: String) {
        #expect(!RegistryNames.problems(alias: alias).isEmpty)
    }

    @Test(arguments: ["", "a/b", "a:b", "a\nb", String(repeating: "a", count: 257)])
    func `A model's name holds no slash, colon or control character`(name: String) {
        #expect(!RegistryNames.problems(model: name).isEmpty)
    }

    @Test func `Everything that is wrong with a monitoring plan is said at once`() throws {
        let plan = MonitoringPlan(
            model: "", owner: " ", frequency: .daily, reference: try TableReference("a.b@1"),
            thresholds: .init(driftShare: 0, minimumAreaUnderROC: .nan), retrainingTrigger: .manual)
        #expect(plan.problems.count == 4)
    }

    @Test func `Production at a time is replayed from the changes`() {
        let versions = (1...3).map { ModelVersion.ID(name: "a", version: $0) }
        func change(_ number: Int, _ from: Stage?, _ to: Stage?, at time: Int64, alias: String? = nil) -> StageChange {
            StageChange(version: versions[number - 1], from: from, to: to, alias: alias, by: "author", at: time)
        }
        let changes = [
            change(1, nil, .unstaged, at: 1), change(1, .unstaged, .production, at: 10),
            change(1, nil, nil, at: 11, alias: "champion"), change(2, .unstaged, .production, at: 20),
            change(1, .production, .archived, at: 20), change(2, .production, nil, at: 30),
            change(3, .unstaged, .production, at: 40), change(2, .archived, .production, at: 41),
        ]
        let expected: [Int64: Int64?] = [9: nil, 10: 1, 19: 1, 20: 2, 29: 2, 30: nil, 40: 3, 99: 3]
        for (time, version) in expected {
            #expect(changes.production(at: time)?.version == version, "at \(time)")
        }
    }

    @Test func `A name with spaces or quotes is one word of the command`() {
        let id = ModelVersion.ID(name: "o'hare delays", version: 1)
        #expect(UnmetGate.monitoringPlan.sentence(id).contains(#"martlet monitoring plan 'o'\''hare delays' --owner"#))
    }

    @Test func `Who administers never signs, and who audits never writes`() {
        #expect(User(name: "a", roles: [.administrator, .reviewer]).signingRoles(of: [.reviewer]).isEmpty)
        #expect(User(name: "a", roles: [.reviewer]).signingRoles(of: [.reviewer]) == [.reviewer])
        #expect(User(name: "a", roles: [.contributor]).signingRoles(of: [.reviewer]).isEmpty)
        #expect(!User(name: "a", roles: [.auditor]).mayChange)
        #expect(!User(name: "a", roles: [.administrator]).mayChange)
        #expect(
            User(name: "a", roles: [.contributor]).mayChange && !User(name: "a", roles: [.contributor]).mayAdminister)
        #expect(User.problems(name: "author", roles: [.administrator, .programManager]).count == 1)
        #expect(User.problems(name: "Martlet", roles: [.contributor]).count == 1)
        #expect(User.problems(name: "a b", roles: []).count == 2)
    }
}
