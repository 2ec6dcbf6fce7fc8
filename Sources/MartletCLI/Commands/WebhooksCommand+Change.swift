import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

/// What a webhook is sent with. Both are read from files, because other people of the machine see command lines.
struct WebhookSecrets: ParsableArguments {
    @Option(help: "The file with the secret that requests are signed with; - reads it from standard input.")
    var secretFile: String?
    @Option(help: "The file with the Authorization header of requests, as \"Bearer …\"; - reads standard input.")
    var authorizationFile: String?

    func validate() throws {
        guard secretFile != "-" || authorizationFile != "-" else {
            throw ValidationError("Standard input holds one of them only.")
        }
    }

    var secret: String? { get throws { try secretFile.map(Self.line) } }
    var authorization: String? { get throws { try authorizationFile.map(Self.line) } }

    /// The text of a file without the newline that ends it.
    private static func line(_ file: String) throws -> String {
        let text =
            file == "-"
            ? String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
            : try textFile(file)
        return text.last?.isNewline == true ? String(text.dropLast()) : text
    }
}

extension WebhooksCommand {
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a webhook. Its requests are in the manner of its events: MLflow's or Databricks'.",
            discussion: """
                `martlet webhooks events` lists the events.

                Example: martlet webhooks create ci --url https://ci.example.org/hooks/martlet --event \
                model_version.stage_changed --event break_glass.asked --secret-file secret.txt
                """)
        @Argument(help: "What it is called.") var name: String
        @Option(help: "Where events are sent.") var url: String
        @Option(name: .customLong("event"), parsing: .singleValue, help: "What it is told of. May be given again.")
        var events: [String]
        @Option(help: "The registered model that it is told of. Default: all.") var model: String?
        @Option(help: "What it is for.") var description: String?
        @Option(help: "ACTIVE, DISABLED or TEST_MODE.") var status: String?
        @OptionGroup var secrets: WebhookSecrets
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let request = CreateWebhook(
                name: name, url: url, events: events, model: model, description: description,
                secret: try secrets.secret, authorization: try secrets.authorization, status: status)
            let made = try await connection.withClient { try await $0.send(request) }
            if connection.json { return try printJSON(made) }
            print("The webhook \(made.name) has the id \(made.webhookID).")
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a webhook: what is not named stays. An empty secret takes it away.")
        @Argument(help: "The webhook's id.") var id: String
        @Option(help: "What it is called.") var name: String?
        @Option(help: "Where events are sent.") var url: String?
        @Option(
            name: .customLong("event"), parsing: .singleValue,
            help: "What it is told of, in place of what it was told of. May be given again.")
        var events: [String] = []
        @Option(help: "What it is for.") var description: String?
        @Option(help: "ACTIVE, DISABLED or TEST_MODE.") var status: String?
        @OptionGroup var secrets: WebhookSecrets
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let request = UpdateWebhook(
                webhookID: id, name: name, url: url, events: events.isEmpty ? nil : events, description: description,
                secret: try secrets.secret, authorization: try secrets.authorization, status: status)
            let changed = try await connection.withClient { try await $0.send(request) }
            if connection.json { return try printJSON(changed) }
            printFacts([
                ("id", changed.webhookID), ("name", changed.name), ("status", changed.status),
                ("model", changed.model ?? "all"), ("events", changed.events.joined(separator: " ")),
                ("url", changed.url), ("signed", changed.isSigned ? "yes" : "no"),
            ])
        }
    }
}
