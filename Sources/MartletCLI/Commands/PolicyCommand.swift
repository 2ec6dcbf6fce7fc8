import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain
import Platform

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Policies: what must be true of a version before callers find it, now and before.",
        subcommands: [Check.self, History.self, ResetClock.self, Show.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read the policies of a configuration file and list everything that is wrong with them.",
            discussion: """
                Exit codes: 0 nothing is wrong; 65 something is.

                Example: martlet policy check martlet-data/martlet.yaml
                """)
        @Argument(help: "The file.") var file: String

        func run() async throws {
            let text = try textFile(file)
            let policies = try PolicyFile.policies(yaml: text)
            for policy in policies.all {
                let stages = policy.order.filter { !policy[$0].isEmpty }.map(\.rawValue)
                print(
                    "\(policy.models): "
                        + (stages.isEmpty
                            ? "asks for nothing" : "asks for something in \(stages.joined(separator: ", "))"))
            }
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List every policy that was ever in force.")
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let policies = try await connection.withClient { try await $0.send(ListPolicies()).policies }
            if connection.json { return try printJSON(policies) }
            printTable(
                ["FROM", "BY", "AUDIT ENTRY", "DIGEST"],
                policies.map { [formatted(milliseconds: $0.from), $0.by, "\($0.auditPosition)", $0.digest] })
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the text of a policy that was in force, as its digest is of it.",
            discussion: "Example: martlet policy show 5f1c")
        @Argument(help: "The beginning of its digest. Default: the one in force.") var digest: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let policies = try await connection.withClient { try await $0.send(ListPolicies()).policies }
            let found = policies.last { period in digest.map { period.digest.hasPrefix($0) } ?? true }
            guard let found else {
                throw CommandRefusal.notFound("No policy's digest begins so. List them: martlet policy history")
            }
            print(found.text)
        }
    }
}
