import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "Who may ask for what.",
        subcommands: [List.self, Create.self, RenewTokenCommand.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the workspace's users and their roles.")
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let users = try await connection.withClient { try await $0.send(ListUsers()).users }
            if connection.json { return try printJSON(users) }
            printTable(
                ["USER", "ROLES"], users.map { [$0.name, $0.roles.map(\.rawValue).sorted().joined(separator: ",")] })
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a user; the token is shown once.",
            discussion: "Example: martlet users create validator --role reviewer")
        @Argument(help: "The name.") var name: String
        @Option(name: .customLong("role"), help: "A role. May be given again.") var roles: [Role]
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try show(
                try await connection.withClient { try await $0.send(CreateUser(name: name, roles: roles)) }, connection)
        }
    }

    struct RenewTokenCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "renew-token",
            abstract: "Give a user another token; the one before is worth nothing from then on.")
        @Argument(help: "The name.") var name: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try show(try await connection.withClient { try await $0.send(RenewToken(name: name)) }, connection)
        }
    }
}

private func show(_ issued: IssuedToken, _ connection: ConnectionOptions) throws {
    if connection.json { return try printJSON(issued) }
    print("\(issued.name): \(issued.token)\nThe token is shown only now.")
}
