import ArgumentParser
import AuditLog
import Foundation
import Martlet
import MartletAPI
import MartletDomain
import Metadata
import Platform

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The log of who did what: verify it, read it, take its checkpoint away.",
        subcommands: [
            LogCommand.self, ShowCommand.self, Verify.self, ProveCommand.self, CheckpointCommand.self,
            CosignCommand.self, WitnessCommand.self, ExportCommand.self,
        ])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recompute the whole log and hold it against its signed checkpoint.",
            discussion: """
                Works on the files, also while a server runs and on a copy on another machine, and needs no token. Give the \
                public key that you kept elsewhere: without --public-key the one beside the log is taken, which whoever can \
                change the log can change too. A copy of the folder audit/ needs no database.

                Exit codes: 0 intact; 1 changed, with the position.
                Example: martlet audit verify copied/audit --public-key "$KEY" --checkpoint kept.note
                """)

        @Argument(
            help: "A copy of the log as files: audit/ of a workspace, or an export. Default: a workspace's database.")
        var folder: String?
        @Option(help: "The workspace folder. Default: MARTLET_WORKSPACE, else martlet-data.") var workspace: String?
        @Option(help: "The same as the argument.") var directory: String?
        @Option(
            name: [.customLong("key"), .customLong("public-key")],
            help: "The log's public key, as `martlet init` printed it.")
        var key: String?
        @Option(help: "A proof that `martlet audit prove` wrote, instead of a log. It takes --public-key with it.")
        var proof: String?
        @Option(help: "The older checkpoint that a proof of consistency begins from.") var since: String?
        @Option(help: "A file with a checkpoint that you kept: the log must contain all that it signed, unchanged.")
        var checkpoint: String?
        @Flag(help: "Print data as JSON.") var json = false

        func validate() throws {
            let places = [folder, directory, workspace, proof].compactMap { $0 }
            guard places.count <= 1 else {
                throw ValidationError("Name one thing to verify: a folder, --workspace or --proof.")
            }
            guard folder == nil && directory == nil || key != nil else {
                throw ValidationError(
                    "A folder takes --public-key with it: what stands beside a log proves nothing of it.")
            }
            guard since == nil || proof != nil else { throw ValidationError("--since goes with --proof.") }
        }

        func run() async throws {
            if let proof {
                guard let key else { throw ValidationError("--proof takes --public-key with it.") }
                return try verify(proof: proof, by: try LogVerificationKey(key))
            }
            let copy = (folder ?? directory).map { URL(fileURLWithPath: $0) }
            let workspace = try copy == nil ? ConnectionOptions.folderOfFiles(workspace) : Workspace(URL(filePath: "."))
            let keyText = try key ?? textFile(workspace.verificationKeyFile.path)
            let key = try LogVerificationKey(keyText.trimmingCharacters(in: .whitespacesAndNewlines))
            let kept = try checkpoint.map { try keptNote($0, by: key) }
            let found =
                if let copy {
                    try TlogDirectory.verifyDirectory(at: copy, key: key, keeping: kept)
                } else {
                    try AuditArchive(workspace.metadataFile).verify(by: key, keeping: kept)
                }
            let place = copy?.path ?? workspace.folder.path
            if json {
                try printJSON(
                    VerifyAudit.Response(
                        ok: found.isIntact, size: found.size, root: found.root.hex,
                        problems: found.problems.map {
                            .init(position: $0.position, lastPosition: $0.lastPosition, what: $0.what)
                        }))
            } else if found.isIntact {
                print(
                    "Intact: \(found.size) entries, root \(found.root.base64), signed by \(key.name)\nRead from \(place)"
                )
            } else {
                let count = found.problems.count + found.problemsOmitted
                print("CHANGED: \(count) problem\(count == 1 ? "" : "s") in \(found.size) entries\nRead from \(place)")
                for problem in found.problems { print("  \(problem)") }
            }
            if !found.isIntact { throw ExitCode(1) }
        }

        /// A checkpoint that is no measure for this log proves nothing of it, for better or worse.
        private func keptNote(_ file: String, by key: LogVerificationKey) throws -> String {
            let note = try textFile(file)
            do {
                _ = try AuditLog.Checkpoint(note: note, verifiedBy: key)
            } catch {
                throw InvalidRequest(
                    "\(file) is no checkpoint that \(key.name) signed, so nothing was verified. \(error.message)")
            }
            return note
        }

        /// - Throws: What is no proof at all, ``AuditLogError/malformedProof(_:)``: that is neither yes nor no.
        private func verify(proof file: String, by key: LogVerificationKey) throws {
            let text = try textFile(file)
            if since == nil, text.hasPrefix("old ") {
                throw ValidationError(
                    "\(file) is a proof of consistency, which begins from an older checkpoint: add --since CHECKPOINT.")
            }
            do {
                if let since {
                    let old = try AuditLog.Checkpoint(note: try keptNote(since, by: key), verifiedBy: key)
                    let new = try TlogConsistency(parsing: text).verify(since: old, by: key)
                    if json { return try printJSON(Held(ok: true, size: new.size, since: old.size)) }
                    return print("Holds: the log of \(new.size) entries begins with that of \(old.size).")
                }
                let proof = try TlogProof(parsing: text)
                let checkpoint = try proof.verify(by: key)
                let entry = proof.entry.map { String(decoding: $0, as: UTF8.self) }
                if json {
                    return try printJSON(Held(ok: true, size: checkpoint.size, index: proof.index, entry: entry))
                }
                print("Holds: entry \(proof.index) of the \(checkpoint.size) that \(key.name) signed.")
                if let entry { print(entry) }
            } catch let error as AuditLogError {
                if case .malformedProof = error { throw error }
                if json {
                    try printJSON(Held(ok: false, reason: error.message))
                } else {
                    print("DOES NOT HOLD: \(error.message)")
                }
                throw ExitCode(1)
            }
        }

        /// What a proof showed.
        private struct Held: Encodable {
            var ok: Bool
            var size: Int?
            var since: Int?
            var index: Int?
            var entry: String?
            var reason: String?
        }
    }
}
