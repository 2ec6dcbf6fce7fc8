import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "Who may ask for what.",
        subcommands: [
            List.self, Create.self, RenewTokenCommand.self, SetPasswordCommand.self, Deactivate.self, Activate.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the workspace's users and their roles.")
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let users = try await connection.withClient { try await $0.send(ListUsers()).users }
            if connection.json { return try printJSON(users) }
            printTable(
                ["USER", "KIND", "ROLES", "GROUPS", "STATE"],
                users.map { user in
                    [
                        user.name, user.kind.rawValue, user.roles.map(\.rawValue).sorted().joined(separator: ","),
                        user.groups.sorted().joined(separator: ","), user.isActive ? "active" : "deactivated",
                    ]
                })
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a user; the token is shown once.",
            discussion: "Example: martlet users create validator --role reviewer")
        @Argument(help: "The name.") var name: String
        @Option(
            name: .customLong("role"),
            help: ArgumentHelp(
                "A built-in role on the whole workspace: \(Role.allCases.map(\.rawValue).joined(separator: ", ")). "
                    + "May be given again.", valueName: "role"))
        var roleNames: [String] = []
        @Flag(help: "An account for a program: it has tokens, and no password.") var serviceAccount = false
        @OptionGroup var connection: ConnectionOptions

        private func roles() throws -> [Role] {
            try roleNames.map { word in
                guard let role = Role(word: word) else {
                    throw ValidationError(
                        "'\(word)' is not a built-in role. Make the user without it, and give a role of your own then: "
                            + "martlet roles grant user:\(name) --role \(word)")
                }
                return role
            }
        }

        func validate() throws { _ = try roles() }

        func run() async throws {
            let roles = try roles()
            try show(
                try await connection.withClient {
                    try await $0.send(
                        CreateUser(name: name, roles: roles, kind: serviceAccount ? .serviceAccount : .user))
                }, connection)
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

    struct SetPasswordCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-password",
            abstract: "Set a password, for the login page and for HTTP Basic; sessions of before end.",
            discussion: "It is asked for, and not shown; a program gives it as a line of standard input.")
        @Argument(help: "Whose. Default: one's own.") var name: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            guard let password = readSecret(asking: "Password: "), !password.isEmpty else {
                throw ValidationError("Give the password as one line.")
            }
            if TerminalScreen.canAsk, readSecret(asking: "Once more: ") != password {
                throw ValidationError("The two are not the same; the password stays as it was.")
            }
            _ = try await connection.withClient { try await $0.send(SetPassword(name: name, password: password)) }
            try done("The password is set.", connection)
        }
    }

    struct Deactivate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shut an account: its tokens, password and sessions let nobody in. Its history stays.")
        @Argument(help: "The name.") var name: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            _ = try await connection.withClient { try await $0.send(SetUserActive(name: name, active: false)) }
            try done("\(name) is deactivated.", connection)
        }
    }

    struct Activate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Open a shut account again.")
        @Argument(help: "The name.") var name: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            _ = try await connection.withClient { try await $0.send(SetUserActive(name: name, active: true)) }
            try done("\(name) is active.", connection)
        }
    }
}

/// Says that something is done.
func done(_ sentence: String, _ connection: ConnectionOptions) throws {
    if connection.json { return try printJSON(Done()) }
    print(sentence)
}

private func show(_ issued: IssuedToken, _ connection: ConnectionOptions) throws {
    if connection.json { return try printJSON(issued) }
    print("\(issued.name): \(issued.token)\nThe token is shown only now.")
}
