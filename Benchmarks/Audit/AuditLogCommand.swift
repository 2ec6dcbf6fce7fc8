import ArgumentParser
import AuditLog
import Foundation
import MartletDomain
import Metadata

/// Makes a log of a chosen size, for verifiers to be tried on.
struct AuditLogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit-log",
        abstract: "Make an audit log of a chosen size as files, with its key and proofs, or in a database.")

    @Argument(help: "A new folder.") var folder: String
    @Option(help: "How many entries.") var size = 1_000
    @Option(help: "How many proofs of entries.") var proofs = 12
    @Flag(help: "Make a database, as of a workspace, and not files.") var database = false

    func run() async throws {
        let folder = URL(fileURLWithPath: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let key = try LogSigningKey.generate(name: "martlet.benchmark/log")
        try Data("\(key.verificationKey)\n".utf8).write(to: folder.appending(path: "log.pub"))
        guard !database else { return try await makeDatabase(folder, key) }

        let log = SampleLog(size: size)
        try TlogDirectory.export(log.entries, checkpoint: log.note(size, key), to: folder.appending(path: "log"))
        let (proofFolder, consistency) = (folder.appending(path: "proofs"), folder.appending(path: "consistency"))
        for folder in [proofFolder, consistency] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        var indices = Set([0, size - 1, 255, 256].filter { (0..<size).contains($0) })
        while indices.count < min(proofs, size) { indices.insert(Int.random(in: 0..<size)) }
        for index in indices {
            let proof = TlogProof(
                entry: log.entries[index], index: index, hashes: try log.inclusionProof(index: index, size: size),
                checkpoint: try log.note(size, key))
            try Data(proof.text.utf8).write(to: proofFolder.appending(path: "\(index).tlog-proof"))
        }
        for old in Set([0, 1, 255, 256, 257, 65_536, size / 2, size - 1, size]).filter({ (0...size).contains($0) }) {
            let proof = TlogConsistency(
                oldSize: old, hashes: try log.consistencyProof(from: old, to: size), checkpoint: try log.note(size, key)
            )
            try Data(proof.text.utf8).write(to: consistency.appending(path: "\(old).proof"))
            try Data(log.note(old, key).utf8).write(to: consistency.appending(path: "\(old).note"))
        }
    }

    private func makeDatabase(_ folder: URL, _ key: LogSigningKey) async throws {
        let store = try Store(
            at: folder.appending(path: "metadata.sqlite"), identity: AuditIdentity(workspaceID: "benchmark", key: key),
            durability: .normal)
        let caller = Caller(User(name: "engineer", roles: [.contributor]), requestID: "0b0f6a1e")
        for start in stride(from: 0, to: size, by: 5_000) {
            try await store.record(
                (start..<min(start + 5_000, size)).map { number in
                    let parameters = ["run_id": "run-\(number / 50)", "metrics": "1", "step": "\(number)"]
                    return RecordedEvent(
                        AuditAction("tracking", "log_batch", parameters), by: caller,
                        at: 1_770_000_000_000 + Int64(number))
                })
        }
        try await store.close()
    }
}

/// A log in memory.
struct SampleLog: TlogSource {
    let entries: [[UInt8]]
    /// The hashes of each level of tiles.
    private let levels: [[MerkleHash]]

    init(size: Int) {
        let workspace = "benchmark"
        entries = (0..<size).map { number in
            let entry = AuditEntry(
                eventID: "event-\(number)", time: Date(timeIntervalSince1970: 1_770_000_000 + Double(number)),
                workspaceID: workspace, user: .init(name: "engineer", roles: ["engineer"], kind: "user"),
                serviceName: "tracking", actionName: "log_batch",
                requestParams: ["run_id": "run-\(number / 50)", "step": "\(number)"], requestID: "request-\(number)")
            return (try? entry.encoded()) ?? []
        }
        var levels = [MerkleTree.leafHashes(entries)]
        while let below = levels.last, below.count >= 256 {
            levels.append(
                (0..<below.count / 256).map { MerkleTree.root(of: below[$0 * 256..<($0 + 1) * 256]) })
        }
        self.levels = levels
    }

    func hashes(level: Int, in range: Range<Int>) throws -> [MerkleHash] {
        guard level < levels.count, range.upperBound <= levels[level].count else {
            throw AuditLogError.outsideTree("level \(level)")
        }
        return Array(levels[level][range])
    }

    func entries(in range: Range<Int>) throws -> [[UInt8]] { Array(entries[range]) }

    func note(_ size: Int, _ key: LogSigningKey) throws -> String {
        try Checkpoint(origin: key.name, size: size, root: root(size: size)).signed(by: key)
    }
}
