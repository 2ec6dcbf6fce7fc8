import ArgumentParser
import AuditLog
import Foundation
import Martlet
import MartletAPI
import MartletDomain
import Platform

extension AuditCommand {
    struct CheckpointCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "checkpoint",
            abstract: "Take a signed checkpoint away: keep it where the workspace's keepers cannot change it.",
            discussion: """
                With --push it is carried there from this machine, by what this machine may do: a folder that is mounted from \
                elsewhere, a branch of a git repository (git+URL#branch), an object store (s3://bucket/prefix, with the usual \
                AWS_ variables). A target that is ahead of the log or holds another one is an alarm.

                Exit codes: 0 done; 1 an alarm, and nothing was pushed there.
                """)

        @Option(
            parsing: .singleValue,
            help: "Where to carry it: a folder, git+URL#branch, s3://bucket/prefix. May be given again.")
        var push: [String] = []
        @Flag(help: "Let a checkpoint leave now: it is kept with when and why, and the log's folder is written.")
        var publish = false
        @Flag(help: "List the checkpoints that left, the newest first.") var list = false
        @OptionGroup var connection: ConnectionOptions

        struct Pushed: Encodable {
            var target: String
            var size: Int
            var outcome: String
        }

        func run() async throws {
            let targets = try push.map { try CheckpointTarget($0) }
            if list { return try await listPublished() }
            guard publish || !targets.isEmpty else {
                let answer = try await connection.withClient { try await $0.send(GetCheckpoint()) }
                if connection.json { return try printJSON(answer) }
                return print(answer.checkpoint ?? "The log is empty.", terminator: "")
            }
            let reason = targets.isEmpty ? nil : "push"
            try await connection.withClient { client in
                let published = try await client.send(PublishCheckpoint(reason: reason))
                guard !targets.isEmpty else {
                    if connection.json { return try printJSON(published) }
                    return print(published.checkpoint, terminator: "")
                }
                try await carry(published, to: targets, client)
            }
        }

        private func carry(
            _ published: PublishedCheckpointRecord, to targets: [CheckpointTarget], _ client: Client
        ) async throws {
            let key = try LogVerificationKey(try await client.send(GetCheckpoint()).key)
            let pushing = CheckpointPush(key: key, environment: ProcessInfo.processInfo.environment) { from, to in
                let answer = try await client.send(ProveConsistency(from: from, to: to))
                return try TlogConsistency(parsing: answer.proof).hashes
            }
            var done: [Pushed] = []
            var failures: [any MartletError] = []
            for target in targets {
                do {
                    let outcome = try await pushing.push(published.checkpoint, to: target)
                    done.append(Pushed(target: target.name, size: published.size, outcome: outcome.rawValue))
                } catch let error as any MartletError {
                    notice(error.message)
                    failures.append(error)
                }
            }
            if connection.json {
                try printJSON(done)
            } else {
                for one in done {
                    print(
                        one.outcome == "pushed"
                            ? "Pushed the checkpoint of \(one.size) entries to \(one.target)"
                            : "\(one.target) has the checkpoint of \(one.size) entries already")
                }
            }
            if failures.contains(where: { $0.code == .dataLoss }) { throw ExitCode(1) }
            if !failures.isEmpty { throw ExitCode(2) }
        }

        private func listPublished() async throws {
            let found = try await connection.withClient { try await $0.send(ListCheckpoints()) }
            if connection.json { return try printJSON(found) }
            printTable(
                ["SIZE", "LEFT", "WHY", "WITNESSES"],
                found.checkpoints.map { one in
                    let time = Date(timeIntervalSince1970: Double(one.publishedAt) / 1_000).formatted(.iso8601)
                    return ["\(one.size)", time, one.reason, one.witnesses.joined(separator: " ")]
                })
            if let alarm = found.alarm { notice("ALARM: the log's folder is not written any more: \(alarm)") }
        }
    }

    struct CosignCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cosign", abstract: "Hand in a checkpoint that a witness has cosigned.",
            discussion: "The witness's public key stands in martlet.yaml, under audit: witnesses.")
        @Argument(help: "The file with the cosigned note, or - for standard input.") var file: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let note =
                file == "-"
                ? String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self) : try textFile(file)
            let taken = try await connection.withClient { try await $0.send(AddCosignature(checkpoint: note)) }
            if connection.json { return try printJSON(taken) }
            print("The checkpoint of \(taken.size) entries is cosigned by \(taken.witnesses.joined(separator: ", "))")
        }
    }
}
