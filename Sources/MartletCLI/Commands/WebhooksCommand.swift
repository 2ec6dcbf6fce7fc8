import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

struct WebhooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks", abstract: "Addresses that are told of changes in the registry.",
        subcommands: [
            List.self, Create.self, Update.self, Delete.self, Test.self, Deliveries.self, Events.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List webhooks of every kind, the newest first.")
        @Option(help: "Those that are told of this registered model alone.") var model: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let webhooks = try await connection.withClient { client in
                var (found, token): ([WebhookInfo], String?) = ([], nil)
                repeat {
                    let page = try await client.send(ListWebhooks(model: model, maxResults: 1_000, pageToken: token))
                    found += page.webhooks
                    token = page.nextPageToken
                } while token != nil
                return found
            }
            if connection.json { return try printJSON(webhooks) }
            printTable(
                ["ID", "NAME", "STATUS", "MODEL", "EVENTS", "URL"],
                webhooks.map {
                    [$0.webhookID, $0.name, $0.status, $0.model ?? "all", $0.events.joined(separator: " "), $0.url]
                })
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a webhook, and what waits for it.")
        @Argument(help: "The webhook's id, as `martlet webhooks list` shows it.") var id: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            _ = try await connection.withClient { try await $0.send(DeleteWebhook(webhookID: id)) }
            try done("The webhook \(id) is deleted.", connection)
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send an example of an event, and show the answer.",
            discussion: "Ends with 1 when the receiver did not take it.")
        @Argument(help: "The webhook's id.") var id: String
        @Option(help: "The event. Default: the first that the webhook asks for.") var event: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let answer = try await connection.withClient { try await $0.send(TestWebhook(webhookID: id, event: event)) }
            if connection.json {
                try printJSON(answer)
            } else if let status = answer.status {
                print("\(answer.success ? "Taken" : "Not taken"): status \(status)")
                if let body = answer.body, !body.isEmpty { print(harmlessLines(body)) }
            } else {
                print("No answer: \(harmlessLines(answer.error ?? "the connection ended"))")
            }
            if !answer.success { throw ExitCode(1) }
        }
    }

    struct Deliveries: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what was sent to a webhook of late, and what waits, the newest first.")
        @Argument(help: "The webhook's id.") var id: String
        @Option(name: .customLong("limit"), help: "How many at most, 1 to 1000.") var most = 100
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            guard (1...1_000).contains(most) else { throw ValidationError("--limit takes a number from 1 to 1000.") }
        }

        func run() async throws {
            let deliveries = try await connection.withClient {
                try await $0.send(ListWebhookDeliveries(webhookID: id, maxResults: most)).deliveries
            }
            if connection.json { return try printJSON(deliveries) }
            printTable(
                ["DELIVERY", "EVENT", "STATE", "MADE", "ATTEMPTS", "LAST"],
                deliveries.map { delivery in
                    let last = delivery.attempts.last
                    return [
                        delivery.deliveryID, delivery.event, delivery.state,
                        formatted(milliseconds: delivery.createdAt), "\(delivery.attempts.count)",
                        last?.status.map { "status \($0)" } ?? last?.error ?? "-",
                    ]
                })
        }
    }

    struct Events: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the events that a webhook can ask for.")
        @Flag(help: "Print data as JSON.") var json = false

        private struct Event: Encodable {
            var event: String
            var dialect: String
        }

        func run() throws {
            let events = WebhookEvent.allCases.map { Event(event: $0.rawValue, dialect: $0.dialect.rawValue) }
            if json { return try printJSON(events) }
            printTable(["EVENT", "TOLD IN THE MANNER OF"], events.map { [$0.event, $0.dialect] })
        }
    }
}
