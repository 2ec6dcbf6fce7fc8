import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain
import Platform
import Synchronization

struct EvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Pack all that is on record of a model version for an auditor, and verify such a pack offline.",
        discussion: """
            Examples:
                martlet evidence flight-delay/Production --out pack.zip
                martlet evidence verify pack.zip --public-key "$KEY"
            """,
        subcommands: [Pack.self, Verify.self], defaultSubcommand: Pack.self)

    struct Pack: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pack what is on record: model card, data, approvals with proofs, monitoring, software, log.",
            discussion: """
                What is missing is named in the pack and here; a pack is made all the same.

                Example: martlet evidence flight-delay@champion --out pack.zip
                """)
        @Argument(help: "The version, as flight-delay/Production, flight-delay@champion or flight-delay/3.")
        var version: String
        @Option(help: "The ZIP to write.") var out: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let uri = try ModelURI(argument: version)
            let bytes = Mutex(Data())
            try await connection.withClient {
                try await $0.evidencePack(uri) { data in bytes.withLock { $0.append(data) } }
            }
            let pack = bytes.withLock(\.self)
            let found = try EvidenceVerification(of: pack)
            do {
                try pack.write(to: URL(fileURLWithPath: out), options: .atomic)
            } catch {
                throw InvalidRequest("\(out) cannot be written. Name a file in a folder that is there.")
            }
            if connection.json { return try printJSON(found) }
            print(
                "\(out): \(found.model)/\(found.version), \(found.fileCount) files, \(found.provenEntries) proven log entries"
            )
            for line in found.incomplete { print(harmlessLines("incomplete: \(line)")) }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Verify a pack offline: every file, the signature, every proof of a log entry.",
            discussion: """
                Exit codes: 0 everything fits; 1 something does not; 65 the file is no pack.

                Without --key the key in the pack is taken, which whoever can change the pack can change too.

                Example: martlet evidence verify pack.zip --public-key "$KEY"
                """)
        @Argument(help: "The ZIP.") var pack: String
        @Option(
            name: [.customLong("key"), .customLong("public-key")],
            help: "The log's public key, as `martlet init` printed it, or a file that holds it.")
        var key: String?
        @Flag(help: "Print data as JSON.") var json = false

        func run() async throws {
            guard let data = try? Data(contentsOf: URL(fileURLWithPath: pack)) else {
                throw InvalidRequest("\(pack) cannot be read. Name a pack that `martlet evidence` wrote.")
            }
            let spelt = key.map { (try? String(contentsOfFile: $0, encoding: .utf8)) ?? $0 }
            let found = try EvidenceVerification(of: data, trusting: spelt)
            if json {
                try printJSON(found)
            } else {
                printFacts([
                    ("model", "\(found.model)/\(found.version)"), ("packed", found.madeAt),
                    ("files", "\(found.fileCount)"), ("proven entries", "\(found.provenEntries)"),
                    ("key", found.key + (found.keyIsFromPack ? " (from the pack: compare it with its keeper's)" : "")),
                    ("verdict", found.problems.isEmpty ? "intact" : "CHANGED"),
                ])
                for line in found.problems + found.incomplete.map({ "incomplete: \($0)" }) {
                    print(harmlessLines(line))
                }
            }
            if !found.problems.isEmpty { throw ExitCode(1) }
        }
    }
}
