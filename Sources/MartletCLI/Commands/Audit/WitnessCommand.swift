import ArgumentParser
import AuditLog
import Foundation
import Martlet
import MartletAPI
import MartletDomain
import Platform

extension AuditCommand {
    struct WitnessCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "witness",
            abstract: "Check on another machine that a log only grew since last time, and cosign its checkpoint.",
            discussion: """
                Run it now and then where the workspace's keepers have no access. It remembers the newest checkpoint that it \
                signed, and signs another only if the log shows that it begins with that one. The key is made when the file is \
                not there; its public key goes into martlet.yaml, under audit: witnesses.

                Exit codes: 0 cosigned; 1 an alarm: the log went back or is another one, and nothing was signed.
                Example: martlet audit witness --log "$VKEY" --key witness.key --from https://martlet.example --submit
                """)

        @Option(help: "The log's public key, as `martlet init` printed it.") var log: String
        @Option(help: "The file with the witness's own key.") var key: String
        @Option(help: "The name of a new key: a URL without scheme, as witness.example/w1.") var name =
            "martlet-witness"
        @Option(help: "Where the log is: a server's address, or a folder with its files.") var from: String
        @Option(help: "The file that remembers the newest checkpoint seen. Default: the key's file and .seen.")
        var state: String?
        @Option(help: "Write the cosigned note to this file.") var out: String?
        @Flag(help: "Hand the cosigned note in at the server.") var submit = false
        @Option(help: "Who asks: a user's token. Default: MARTLET_TOKEN, else MLFLOW_TRACKING_TOKEN.")
        var token: String?

        func run() async throws {
            let logKey = try LogVerificationKey(log)
            let signer = try signingKey()
            let environment = ProcessInfo.processInfo.environment
            let token = token ?? environment["MARTLET_TOKEN"] ?? environment["MLFLOW_TRACKING_TOKEN"]
            var client: Client?
            if from.contains("://") { client = try Client(server: from, token: token) }
            if submit, client == nil { throw ValidationError("--submit takes a server's address in --from.") }
            let folder = URL(fileURLWithPath: from)
            if client == nil, !FileManager.default.fileExists(atPath: folder.path) {
                throw CommandRefusal.notFound(
                    "There is no folder \(folder.path). Name a copy of a log, or a server's address: --from")
            }
            let witness = Witness(
                key: signer, log: logKey, state: URL(fileURLWithPath: state ?? key + ".seen"),
                read: { [client] path in
                    guard let client else { return try? Data(contentsOf: folder.appending(path: path)) }
                    do {
                        return try await client.auditLogFile(path)
                    } catch let error as ClientError where error.code == .resourceDoesNotExist {
                        return nil
                    }
                })
            let note: String
            do {
                note = try await witness.look(at: WallClock.system.now / 1_000)
            } catch let error as AuditLogError {
                notice(error.message)
                throw ExitCode(1)
            }
            if let out {
                do {
                    try Data(note.utf8).write(to: URL(fileURLWithPath: out), options: .atomic)
                } catch {
                    throw InvalidRequest("The file \(out) can't be written: \(error.localizedDescription)")
                }
                print("Wrote the cosigned checkpoint to \(out)")
            }
            if submit, let client {
                let taken = try await client.send(AddCosignature(checkpoint: note))
                print("Cosigned the checkpoint of \(taken.size) entries as \(signer.name), and handed it in")
            } else if out == nil {
                print(note, terminator: "")
            }
        }

        private func signingKey() throws -> WitnessSigningKey {
            let file = URL(fileURLWithPath: key)
            if FileManager.default.fileExists(atPath: file.path) { return try WitnessSigningKey(file: file) }
            let made = try WitnessSigningKey.generate(name: name)
            try made.store(at: file)
            notice("Made the witness's key \(file.path). For martlet.yaml, audit: witnesses:\n\(made.verificationKey)")
            return made
        }
    }
}
