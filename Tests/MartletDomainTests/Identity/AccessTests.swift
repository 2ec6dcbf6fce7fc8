import MartletDomain
import Testing

struct AccessTests {
    @Test(arguments: [
        ("tracking.log_metric", "tracking.log_metric", true), ("tracking.*", "tracking.log_metric", true),
        ("*.get_*", "registry.get_model_version", true), ("*", "audit.verify", true), ("*.*", "audit.verify", true),
        ("registry.*_alias", "registry.set_registered_model_alias", true),
        ("registry.set_*_tag", "registry.set_model_version_tag", true), ("a*b.c", "axxb.c", true),
        ("tracking.log_*", "tracking.get_run", false), ("tracking.get_*", "trackings.get_run", false),
        ("tracking.*", "registry.tracking", false), ("tracking.get_", "tracking.get_run", false),
        ("*.get_*_x", "tracking.get_run", false), ("*.*a*a*", "tracking.banana", true),
    ])
    func `A pattern means the verbs that have its pieces in their order`(
        pattern: String, verb: String, matches: Bool
    ) throws {
        #expect(VerbPattern(pattern)?.matches(Verb(stringLiteral: verb)) ?? false == matches)
    }

    @Test func `What is no pattern is refused`() {
        for text in ["", ".", "tracking", "tracking.", ".get", "a.b.c", "Tracking.get", "tracking.get run", "**x"] {
            #expect(VerbPattern(text) == nil, "\(text)")
        }
        #expect(VerbPattern(String(repeating: "a", count: 126) + ".bc") == nil)
    }

    @Test func `A scope is read as it is written, and covers itself alone unless it is the workspace`() {
        let scopes: [Scope] = [
            .workspace, .experiment("12"), .registeredModel("a/b"), .featureTable("flights.daily"), .job("7"),
        ]
        for scope in scopes {
            #expect(Scope(parsing: "\(scope)") == scope)
            for other in scopes { #expect(scope.covers(other) == (scope == other || scope == .workspace)) }
        }
        let table = Scope.featureTable("risk.vendors")
        #expect(
            table.covers(.featureTable("main.risk.vendors")) && Scope.featureTable("main.risk.vendors").covers(table))
        #expect(
            !table.covers(.featureTable("other.risk.vendors")) && !table.covers(.registeredModel("main.risk.vendors")))
        for text in ["", "experiment", "experiment/", "workspace/x", "model/x"] {
            #expect(Scope(parsing: text) == nil, "\(text)")
        }
    }

    @Test func `What nothing allows is denied`() {
        let bindings = [
            RoleBinding(.principal("bo"), "contributor", on: .experiment("1")),
            RoleBinding(.group("risk"), "reviewer", on: .registeredModel("churn")),
            RoleBinding(.principal("bo"), "scorer"), RoleBinding(.principal("bo"), "no-such-role"),
            RoleBinding(.principal("al"), "administrator"),
        ]
        func may(_ verb: Verb, _ scope: Scope, _ name: String = "bo", _ groups: Set<String> = ["risk"]) -> Bool {
            Decision.on(
                verb, of: scope, by: name, in: groups, bindings, customRoles: ["scorer": ["scoring.*"]]
            ).isAllowed
        }
        #expect(may("tracking.log_metric", .experiment("1")))
        #expect(!may("tracking.log_metric", .experiment("2")) && !may("tracking.log_metric", .workspace))
        #expect(may("registry.sign_off", .registeredModel("churn")))
        #expect(!may("registry.sign_off", .registeredModel("churn"), "bo", []))
        #expect(!may("registry.sign_off", .registeredModel("Churn")))
        #expect(may("scoring.score_batch", .featureTable("x.y")) && !may("scoring.score_batch", .workspace, "cy"))
        #expect(!may("identity.create_user", .workspace) && may("identity.create_user", .workspace, "al", []))
        #expect(!may("tracking.log_metric", .experiment("1"), "cy", []))
    }

    @Test func `A token is good for what it was limited to, of what its owner may`() {
        let access = Access(
            bindings: [RoleBinding(.principal("bo"), "contributor")],
            limits: TokenLimits(verbs: ["tracking.*", "identity.*"], scopes: [.experiment("1")]))
        let user = User(name: "bo", roles: [.contributor], access: access)
        #expect(user.may("tracking.log_metric", on: .experiment("1")))
        #expect(!user.may("tracking.log_metric", on: .experiment("2")))
        #expect(!user.may("tracking.create_experiment", on: .workspace))
        #expect(!user.may("registry.sign_off", on: .experiment("1")))
        #expect(!user.may("identity.create_user", on: .experiment("1")))
        #expect(user.visible(.experiment, by: "tracking.get_run") == .only(["1"]))
        #expect(user.visible(.registeredModel, by: "registry.get_model_version") == .only([]))
        #expect(!user.mayAnywhere("registry.sign_off") && user.mayAnywhere("tracking.log_metric"))
    }

    @Test func `A role on one thing is a role there alone`() {
        let access = Access(bindings: [RoleBinding(.principal("bo"), "reviewer", on: .registeredModel("churn"))])
        let user = User(name: "bo", roles: [], access: access)
        #expect(user.signingRoles(of: [.reviewer], on: .registeredModel("churn")) == [.reviewer])
        #expect(user.signingRoles(of: [.reviewer], on: .registeredModel("other")).isEmpty)
        #expect(user.signingRoles(of: [.reviewer]).isEmpty)
        #expect(user.visible(.registeredModel, by: "registry.search_registered_models") == .only(["churn"]))
        #expect(user.mayChange)
    }

    @Test func `Whoever may give roles or act as others never signs, by whatever role and with whatever token`() {
        let reviewer = RoleBinding(.principal("bo"), "reviewer")
        for verb in ["identity.grant_role", "identity.*", "*", "*.renew_token", "identity.set_password"] {
            var access = Access(
                bindings: [reviewer, RoleBinding(.principal("bo"), "own")],
                customRoles: ["own": [VerbPattern(stringLiteral: verb)]])
            #expect(
                User(name: "bo", roles: [.reviewer], access: access).signingRoles(of: [.reviewer]).isEmpty, "\(verb)")
            access.limits = TokenLimits(verbs: ["registry.sign_off"])
            #expect(
                User(name: "bo", roles: [.reviewer], access: access).signingRoles(of: [.reviewer]).isEmpty, "\(verb)")
        }
        let access = Access(
            bindings: [reviewer, RoleBinding(.principal("bo"), "own")], customRoles: ["own": ["identity.list_*"]])
        #expect(User(name: "bo", roles: [.reviewer], access: access).signingRoles(of: [.reviewer]) == [.reviewer])
    }

    @Test func `Only Martlet and whoever uses an open workspace are asked for nothing`() {
        #expect(User.martlet.may("identity.create_user", on: .workspace))
        #expect(User.anyone.may("anything.at_all", on: .job("1")))
        #expect(!User(name: "anyone", roles: []).may("tracking.get_run", on: .workspace))
        #expect(!User(name: "martlet", roles: Set(Role.allCases)).isUnbounded)
    }

    @Test func `Engineers are contributors by their old word`() throws {
        #expect(Role(word: "engineer") == .contributor && Role(word: "contributor") == .contributor)
        #expect(Role(word: "root") == nil && Role(word: "") == nil)
    }

    @Test func `Who manages users neither changes models nor signs, and who changes models manages no users`() {
        for role in Role.allCases where role != .administrator {
            #expect(!User(name: "bo", roles: [role]).may("identity.create_user", on: .workspace), "\(role)")
            #expect(!User(name: "bo", roles: [role]).may("identity.grant_role", on: .workspace), "\(role)")
            #expect(!User(name: "bo", roles: [role]).may("identity.set_password", on: .workspace), "\(role)")
        }
        let admin = User(name: "al", roles: [.administrator])
        for verb in ["registry.sign_off", "registry.transition_stage", "tracking.create_run", "artifacts.upload"] {
            #expect(!admin.may(Verb(stringLiteral: verb), on: .workspace), "\(verb)")
        }
    }
}
