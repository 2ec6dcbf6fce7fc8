import ArgumentParser
import Martlet
import MartletAPI

struct GroupsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups", abstract: "Accounts that are given roles together.",
        subcommands: [List.self, Create.self, Delete.self, Add.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List groups and their members.")
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let groups = try await connection.withClient { try await $0.send(ListGroups()).groups }
            if connection.json { return try printJSON(groups) }
            printTable(["GROUP", "MEMBERS"], groups.map { [$0.name, $0.members.joined(separator: ",")] })
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a group.")
        @Argument(help: "The name.") var name: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            _ = try await connection.withClient { try await $0.send(ChangeGroup(name: name)) }
            try done("Made the group \(name).", connection)
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a group, and with it what its members had by it.")
        @Argument(help: "The name.") var name: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            _ = try await connection.withClient { try await $0.send(ChangeGroup(name: name, delete: true)) }
            try done("Removed the group \(name).", connection)
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put an account into a group.")
        @Argument(help: "The group.") var group: String
        @Argument(help: "The account.") var member: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            _ = try await connection.withClient { try await $0.send(ChangeMember(group: group, member: member)) }
            try done("\(member) is in \(group).", connection)
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take an account out of a group.")
        @Argument(help: "The group.") var group: String
        @Argument(help: "The account.") var member: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            _ = try await connection.withClient {
                try await $0.send(ChangeMember(group: group, member: member, remove: true))
            }
            try done("\(member) is not in \(group) any more.", connection)
        }
    }
}
