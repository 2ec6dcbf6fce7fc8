import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain
import TerminalText

extension ModelsCommand {
    struct BreakGlass: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move a version past gates that it does not meet, as two people, because something cannot wait.",
            discussion: """
                One asks with a reason, another who may sign for the stage confirms within 30 minutes. What is in the stage now \
                is archived, and what has the alias loses it. The model's health is red until the gates are met and the \
                version is moved there again. --to Archived takes a version out of service.

                Examples:
                  martlet models break-glass flight-delay/2 --to Production --reason "version 3 crashes on null weather"
                  martlet models break-glass flight-delay/2 --to Production --confirm
                  martlet models break-glass flight-delay/2 --alias champion --reason "version 3 crashes on null weather"
                """)
        @Argument(help: "The version, as name/version.") var version: String
        @Option(
            name: .customLong("to"),
            help: "The stage: None, Staging, Production, Archived, or another that the policy has.") var stage: Stage?
        @Option(help: "The alias, instead of a stage.") var alias: String?
        @Option(help: "Why it cannot wait.") var reason: String?
        @Flag(help: "Confirm what another person asked for.") var confirm = false
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            if confirm == (reason != nil) { throw ValidationError("Give --reason to ask, or --confirm.") }
            if (stage == nil) == (alias == nil) { throw ValidationError("Give --to STAGE or --alias NAME.") }
        }

        func run() async throws {
            let id = try ModelVersion.ID(text: version)
            let (name, number) = (id.name, "\(id.version)")
            let glass = try await connection.withClient { client in
                if let reason {
                    return try await client.send(
                        AskBreakGlass(model: name, version: number, stage: stage, alias: alias, reason: reason))
                }
                return try await client.send(
                    ConfirmBreakGlass(model: name, version: number, stage: stage, alias: alias))
            }
            if connection.json { return try printJSON(glass) }
            if confirm {
                print(
                    "\(version) is \(glass.alias.map { "called \($0)" } ?? "in \(glass.stage.rawValue)"), past its gates: "
                        + harmless("asked for by \(glass.askedBy), \(glass.reason)"))
            } else {
                print(
                    "Asked for. Within 30 minutes another person who may sign for \(glass.stage.rawValue) runs: "
                        + "\(glass.target.command(glass.version)) --confirm")
            }
        }
    }

    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put the last good version back into Production.",
            discussion: """
                That is the newest that was in Production by the gates before, is not there now, and has the files that it was \
                registered with. Aliases go with it that the policy names for Production, or that meant it before. With --alias \
                that alias alone goes back. The policy says under rollback: what it asks for.

                Examples:
                  martlet models rollback flight-delay --reason "version 3 is wrong about Sundays"
                  martlet models rollback flight-delay --alias champion
                """)
        @Argument(help: "The registered model.") var model: String
        @Option(help: "An alias to move back, instead of Production.") var alias: String?
        @Option(help: "Why.") var reason: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let done = try await connection.withClient {
                try await $0.send(RollBackModel(model: model, alias: alias, reason: reason))
            }
            if connection.json { return try printJSON(done) }
            if alias == nil { print("\(model)/\(done.version) is in Production") }
            for alias in done.aliasesMoved ?? [] { print("\(harmless(alias)) means \(model)/\(done.version)") }
            if !done.archived.isEmpty { print("Archived: \(done.archived.joined(separator: ", "))") }
            if !done.aliasesLeft.isEmpty {
                notice(
                    "These aliases still mean what was rolled back: \(done.aliasesLeft.joined(separator: ", ")). "
                        + "Give each another version: martlet models alias set \(model)/\(done.version) ALIAS")
            }
        }
    }

    struct Health: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show whether models in service are looked after, and what to do where they are not.",
            discussion: "Exit codes: 0 all are green or yellow; 1 some are red.")
        @Argument(help: "The registered model. Default: all that are in service.") var model: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let models = try await connection.withClient { try await $0.send(GetModelHealth(model: model)).models }
            if connection.json {
                try printJSON(models)
            } else {
                printTable(
                    ["MODEL", "VERSION", "STATUS", "OWNER", "LAST LOOK", "NEXT DUE"],
                    models.map {
                        [
                            $0.model, $0.version.map { "\($0)" } ?? "", $0.status.rawValue, $0.owner ?? "",
                            $0.lastCheckAt.map { formatted(milliseconds: $0) } ?? "",
                            $0.nextCheckDue.map { formatted(milliseconds: $0) } ?? "",
                        ]
                    })
                for model in models {
                    for finding in model.findings {
                        print("- \(model.model): \(finding.status.rawValue): \(harmlessLines(finding.text))")
                    }
                }
            }
            if models.contains(where: { $0.status == .red }) { throw ExitCode(1) }
        }
    }

    struct AsOf: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "as-of",
            abstract: "Show what callers of a model got at a moment, who had vouched for it, and under which policy.",
            discussion: "Example: martlet models as-of 2025-02-14T00:00Z flight-delay")
        @Argument(help: "A moment, as 2025-02-14 or with a time (UTC).") var time: String
        @Argument(help: "The registered model.") var model: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            guard let microseconds = Instant.microseconds(of: time) else {
                throw ValidationError("'\(time)' is no time: write 2025-02-14 or 2025-02-14T00:00Z.")
            }
            // Rounded down, also before 1970.
            let moment = Int64((Double(microseconds) / 1_000).rounded(.down))
            let found = try await connection.withClient { try await $0.send(GetModelAsOf(model: model, at: moment)) }
            if connection.json { return try printJSON(found) }
            if let production = found.production {
                show("Production", production, found)
            } else {
                print("No version of \(model) was in Production then.")
            }
            for (alias, standing) in found.aliases.sorted(by: { $0.key < $1.key }) {
                show("@\(alias)", standing, found)
            }
            printFacts([("policy in force", found.policyDigest), ("its text", found.policy)])
        }

        private func show(_ place: String, _ standing: ModelAsOf.Standing, _ found: ModelAsOf) {
            func entry(_ position: Int64?) -> String? {
                position.map { "\($0)" + (found.auditEntries["\($0)"].map { " (\($0))" } ?? "") }
            }
            print("\(place): \(found.model)/\(standing.version)")
            printFacts([
                ("  since", formatted(milliseconds: standing.change.at)), ("  by", standing.change.by),
                ("  how", standing.change.way?.rawValue), ("  files", standing.artifactDigest),
                ("  under policy", standing.change.policyDigest),
                ("  audit entry", entry(standing.change.auditPosition)),
            ])
            for approval in standing.approvals {
                print(
                    "  approved for \(approval.stage.rawValue) by \(harmless(approval.user)) as \(approval.role.rawValue) on "
                        + formatted(milliseconds: approval.at)
                        + (entry(approval.auditPosition).map { ", audit entry \($0)" } ?? ""))
            }
        }
    }
}
