import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

extension AuditCommand {
    struct ProveCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prove",
            abstract: "Write a proof that an event is in the log, or that the log only grew.",
            discussion: """
                A proof of an event is one file (C2SP tlog-proof) with the entry in it; whoever has the log's public key verifies \
                it offline: martlet audit verify --proof FILE --public-key KEY. With --from SIZE it is shown instead that the log \
                of a later checkpoint begins with that of an earlier one.
                """)

        @Argument(help: "An event's id or position.") var event: String?
        @Option(help: "The size of the earlier checkpoint.") var from: Int?
        @Option(help: "The size of the later checkpoint. Default: the newest.") var to: Int?
        @Option(help: "The file to write. Default: standard output.") var out: String?
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            guard (event == nil) != (from == nil) else {
                throw ValidationError("Name an event, or --from SIZE for a proof of consistency.")
            }
        }

        func run() async throws {
            let (event, from, to) = (event, from, to)
            let proof = try await connection.withClient { client in
                if let event { return try await client.send(ProveEvent(event: event)).proof }
                return try await client.send(ProveConsistency(from: from ?? 0, to: to)).proof
            }
            if connection.json, out == nil { return try printJSON(Proof(proof: proof)) }
            guard let out else { return print(proof, terminator: "") }
            do {
                try Data(proof.utf8).write(to: URL(fileURLWithPath: out), options: .atomic)
            } catch {
                throw InvalidRequest("The file \(out) can't be written: \(error.localizedDescription)")
            }
            if connection.json { return try printJSON(Proof(proof: proof, file: out)) }
            print(
                "Wrote \(out). Verify with: martlet audit verify --proof \(out)"
                    + (event == nil ? " --since CHECKPOINT" : "") + " --public-key KEY"
                    + (event == nil ? "\nCHECKPOINT is a file with the checkpoint of \(from ?? 0) entries." : ""))
        }

        private struct Proof: Encodable {
            var proof: String
            var file: String?
        }
    }
}
