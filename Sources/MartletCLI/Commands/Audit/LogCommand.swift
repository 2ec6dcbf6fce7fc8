import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

extension AuditCommand {
    struct LogCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "log", abstract: "Look for entries: who did what, when, to what. The newest come first.",
            discussion: """
                Example: martlet audit log --action registry.transition_stage --object flight-delay --since 2026-02-01
                """)

        @Option(name: .customLong("user"), help: "Who did it.") var user: String?
        @Option(help: "The capability, as registry.") var service: String?
        @Option(help: "What was done, as transition_stage or registry.transition_stage.") var action: String?
        @Option(help: "From this moment on, as 2026-02-14 or 2026-02-14T00:00:00Z (UTC).") var since: String?
        @Option(help: "Before this moment.") var until: String?
        @Option(help: "Only what was: done, refused.") var outcome: AuditQuery.Outcome?
        @Option(help: "What it was about: a model, NAME/VERSION, a run id, a table, TABLE@VERSION.") var object: String?
        @Option(help: "How many, 1 to 1,000.") var limit = 50
        @Option(help: "Only entries before this position: where a page ended.") var before: Int64?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            var query = AuditQuery(
                user: user, service: service, action: action, since: try since.map(milliseconds),
                until: try until.map(milliseconds), outcome: outcome, object: object)
            if let action, let point = action.firstIndex(of: ".") {
                query.service = String(action[..<point])
                query.action = String(action[action.index(after: point)...])
            }
            let request = SearchAuditLog(query, before: before, limit: limit)
            let found = try await connection.withClient { try await $0.send(request) }
            if connection.json { return try printJSON(found) }
            printTable(
                ["POSITION", "WHEN", "WHO", "WHAT", "STATUS", "ABOUT"],
                found.events.map { event in
                    let about = event.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.prefix(40))" }
                    return [
                        "\(event.position)", event.time, event.user, "\(event.service).\(event.action)",
                        "\(event.status)", about.joined(separator: " "),
                    ]
                })
            if let next = found.next { notice("There are more: --before \(next)") }
        }

        private func milliseconds(_ text: String) throws -> Int64 {
            try Instant(text).microseconds / 1_000
        }
    }

    struct ShowCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one entry whole.")
        @Argument(help: "An event's id or position.") var event: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let found = try await connection.withClient { try await $0.send(GetAuditEvent(event)) }
            if connection.json { return try printJSON(found) }
            printFacts(
                [
                    ("Position", "\(found.position)"), ("Event", found.eventID), ("When", found.time),
                    ("Who", found.user), ("Roles", found.roles.joined(separator: ", ")), ("From", found.sourceAddress),
                    ("What", "\(found.service).\(found.action)"), ("Status", "\(found.status)"),
                    ("Why refused", found.error),
                ] + found.parameters.sorted { $0.key < $1.key }.map { ("  " + $0.key, $0.value) })
            print("\nThe bytes that were hashed:\n\(found.entry)")
        }
    }
}
