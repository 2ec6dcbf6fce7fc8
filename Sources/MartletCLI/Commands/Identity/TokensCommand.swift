import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

struct TokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens", abstract: "Secrets that programs show to say for whom they act.",
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token; it is shown once.",
            discussion: """
                Without --verb and --on it is good for all that its owner may.

                Example: martlet tokens create nightly --days 30 --verb 'tracking.*' --verb 'artifacts.*' --on experiment/12
                """)
        @Argument(help: "What it is for.") var name: String
        @Option(name: .customLong("for"), help: "Whose: a user or service account. Default: one's own.") var owner:
            String?
        @Option(help: "Days until it ends; 0 for never.") var days: Int64 = 90
        @Option(name: .customLong("verb"), help: "What it is good for, as tracking.*. May be given again.")
        var verbs: [VerbPattern] = []
        @Option(
            name: .customLong("on"), help: "On what, as experiment/12 or registered_model/churn. May be given again.")
        var scopes: [Scope] = []
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            guard (0...3_650).contains(days) else { throw ValidationError("--days takes a number from 0 to 3650.") }
        }

        func run() async throws {
            let made = try await connection.withClient {
                try await $0.send(
                    CreateToken(
                        name: name, owner: owner, lifetimeSeconds: days == 0 ? nil : days * 86_400,
                        verbs: verbs.isEmpty ? nil : verbs, scopes: scopes.isEmpty ? nil : scopes))
            }
            if connection.json { return try printJSON(made) }
            print("\(made.token)\nThe token is shown only now. Its id is \(made.info.id).")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List tokens that are neither revoked nor over.")
        @Flag(help: "Everybody's.") var all = false
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let tokens = try await connection.withClient { try await $0.send(ListTokens(all: all)).tokens }
            if connection.json { return try printJSON(tokens) }
            printTable(
                ["ID", "OWNER", "NAME", "GOOD FOR", "ON", "EXPIRES", "LAST USED"],
                tokens.map { token in
                    [
                        token.id, token.owner, token.name,
                        token.verbs.flatMap { $0.isEmpty ? nil : $0.map(\.description).joined(separator: " ") } ?? "*",
                        token.scopes.flatMap { $0.isEmpty ? nil : $0.map(\.description).joined(separator: " ") }
                            ?? "workspace",
                        token.expiresAt.map(moment) ?? "never", token.lastUsedAt.map(moment) ?? "-",
                    ]
                })
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a token worthless from now on.")
        @Argument(help: "The token's id, as `martlet tokens list` shows it.") var id: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            _ = try await connection.withClient { try await $0.send(RevokeToken(id: id)) }
            try done("The token \(id) is revoked.", connection)
        }
    }
}

/// A time in UTC, to the second.
private func moment(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
}
