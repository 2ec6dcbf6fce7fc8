import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct RegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Registered models: where versions stand, who vouched for them, what is missing.",
        subcommands: [List.self, Gates.self, SignOffs.self, SignOffCommand.self, Transition.self, History.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the newest version of a model in each stage.")
        @Argument(help: "The registered model.") var model: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let versions = try await connection.withClient { try await $0.latestVersions(of: model) }
            if connection.json { return try printJSON(versions) }
            printTable(
                ["VERSION", "STAGE", "SINCE", "RUN"],
                versions.map {
                    [$0.version, $0.current_stage, formatted(milliseconds: $0.last_updated_timestamp), $0.run_id ?? ""]
                })
        }
    }

    struct Gates: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what stands between a version and a stage, with the command that meets each.",
            discussion: "Exit codes: 0 nothing stands in the way; 1 something does.")
        @Argument(help: "The version, as name/version.") var version: String
        @Option(help: "The stage: None, Staging, Production, Archived, or another that the policy has.") var stage:
            Stage
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let id = try ModelVersion.ID(text: version)
            let request = ListUnmetGates(model: id.name, version: "\(id.version)", stage: stage)
            let unmet = try await connection.withClient { try await $0.send(request).unmet }
            if connection.json {
                try printJSON(unmet)
            } else if unmet.isEmpty {
                print("\(version) may go to \(stage.rawValue).")
            } else {
                for gate in unmet { print("- \(gate)") }
            }
            if !unmet.isEmpty { throw ExitCode(1) }
        }
    }

    struct SignOffs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List who vouched for a version, and how it measured.")
        @Argument(help: "The version, as name/version.") var version: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let id = try ModelVersion.ID(text: version)
            let request = ListSignOffs(model: id.name, version: "\(id.version)")
            let answer = try await connection.withClient { try await $0.send(request) }
            if connection.json { return try printJSON(answer) }
            printTable(
                ["STAGE", "ROLE", "WHO", "WHEN", "COMMENT"],
                answer.signOffs.map {
                    [$0.stage.rawValue, $0.role.rawValue, $0.user, formatted(milliseconds: $0.at), $0.comment ?? ""]
                })
            for result in answer.gateResults { print(result.sentence) }
        }
    }

    struct SignOffCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign-off",
            abstract: "Vouch for a version's files to stand in a stage.",
            discussion: """
                Who registered a version, or asks for it to move, never approves it. A sign-off is of the exact files: other \
                files need another.

                Example: martlet registry sign-off flight-delay/1 --stage Production --token $DIRECTOR_TOKEN
                """)
        @Argument(help: "The version, as name/version.") var version: String
        @Option(help: "The stage: None, Staging, Production, Archived, or another that the policy has.") var stage:
            Stage
        @Option(help: "Why.") var comment: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let id = try ModelVersion.ID(text: version)
            let signed = try await connection.withClient {
                try await $0.signOff(id.name, version: "\(id.version)", for: stage, comment: comment)
            }
            if connection.json { return try printJSON(signed) }
            for signOff in signed {
                print(
                    "\(signOff.user) signed \(signOff.version) off for \(signOff.stage.rawValue) as \(signOff.role.rawValue)"
                )
            }
        }
    }

    struct Transition: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move a version to a stage, if every gate is met.",
            discussion:
                "Exit codes: 0 moved; 77 refused, with every gate that is not met and the command that meets it.")
        @Argument(help: "The version, as name/version.") var version: String
        @Option(help: "The stage: None, Staging, Production, Archived, or another that the policy has.") var stage:
            Stage
        @Flag(help: "Archive the versions that are in that stage now, at the same moment.") var archiveExisting = false
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let id = try ModelVersion.ID(text: version)
            let moved = try await connection.withClient {
                try await $0.transitionStage(
                    of: id.name, version: "\(id.version)", to: stage, archivingExisting: archiveExisting)
            }
            if connection.json { return try printJSON(moved) }
            print("\(version) is in \(moved.current_stage)")
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show everything that happened to a model's versions, and what was in Production at a moment.")
        @Argument(help: "The registered model.") var model: String
        @Option(help: "A moment, as 2026-02-01 or with a time (UTC).") var at: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let moment = try at.map { try Instant($0).microseconds / 1_000 }
            let request = RegistryHistory(model: model, at: moment)
            let answer = try await connection.withClient { try await $0.send(request) }
            if connection.json { return try printJSON(answer) }
            printTable(
                ["WHEN", "WHO", "VERSION", "WHAT"],
                answer.changes.map { change in
                    let alias = change.alias.map { change.isRemoved ? "alias \($0) removed" : "alias \($0) set" }
                    let move = "\(change.from?.rawValue ?? "registered") → \(change.to?.rawValue ?? "")"
                    return [formatted(milliseconds: change.at), change.by, "\(change.version.version)", alias ?? move]
                })
            if moment != nil {
                print(
                    answer.production.map { "In Production then: \(model)/\($0)" }
                        ?? "No version was in Production then.")
            }
        }
    }
}
