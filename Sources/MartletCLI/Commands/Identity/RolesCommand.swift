import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct RolesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roles", abstract: "What roles may do, and who has them on what.",
        subcommands: [List.self, Bindings.self, Grant.self, Revoke.self, Create.self, Delete.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List roles and their verbs.")
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let roles = try await connection.withClient { try await $0.send(ListRoles()).roles }
            if connection.json { return try printJSON(roles) }
            printTable(
                ["ROLE", "KIND", "VERBS"],
                roles.map {
                    [$0.name, $0.custom ? "custom" : "built-in", $0.verbs.map(\.description).joined(separator: " ")]
                })
        }
    }

    struct Bindings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List who has which role on what.")
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let bindings = try await connection.withClient { try await $0.send(ListRoles()).bindings }
            if connection.json { return try printJSON(bindings) }
            printTable(["MEMBER", "ROLE", "ON"], bindings.map { ["\($0.member)", $0.role, "\($0.scope)"] })
        }
    }

    struct Options: ParsableArguments {
        @Argument(help: "Who: user:NAME or group:NAME.") var member: Member
        @Option(help: "A built-in role or a custom one.") var role: String
        @Option(
            name: .customLong("on"),
            help: "workspace, experiment/ID, registered_model/NAME, feature_table/NAME or job/ID.")
        var scope: Scope = .workspace

        var binding: RoleBinding { RoleBinding(member, role, on: scope) }
    }

    struct Grant: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give somebody a role on something.",
            discussion: "Example: martlet roles grant group:risk --role reviewer --on registered_model/churn")
        @OptionGroup var options: Options
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            _ = try await connection.withClient { try await $0.send(GrantRole(options.binding)) }
            try done("\(options.member) is \(options.role) on \(options.scope).", connection)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a role back.")
        @OptionGroup var options: Options
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            _ = try await connection.withClient { try await $0.send(RevokeRole(options.binding)) }
            try done("\(options.member) is not \(options.role) on \(options.scope) any more.", connection)
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a role of verbs.",
            discussion: "Example: martlet roles create scorer --verb 'scoring.*' --verb features.get_online")
        @Argument(help: "The name.") var name: String
        @Option(name: .customLong("verb"), help: "What it may do, as tracking.* or *.get_*. May be given again.")
        var verbs: [VerbPattern]
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            _ = try await connection.withClient { try await $0.send(CreateRole(name: name, verbs: verbs)) }
            try done("Made the role \(name).", connection)
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a custom role, which takes it from whoever has it.")
        @Argument(help: "The name.") var name: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            _ = try await connection.withClient { try await $0.send(DeleteRole(name: name)) }
            try done("Removed the role \(name).", connection)
        }
    }
}
