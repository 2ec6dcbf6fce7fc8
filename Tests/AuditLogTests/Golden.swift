import AuditLog
import Foundation

/// Known answers in `Tests/Golden/audit`, made by the scripts beside them.
struct AuditGolden: Decodable {
    struct Entry: Decodable {
        var fields: AuditEntry
        var leaf: String
        var leaf_hash: String
    }

    struct Signed: Decodable {
        var signing_key: String
        var verification_key: String
        var text: String
        var note: String
    }

    var entries: [Entry]
    var roots: [String: String]
    var note: Signed
    var checkpoint: Signed

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Golden/audit", isDirectory: true)

    static func load() throws -> AuditGolden {
        try JSONDecoder().decode(Self.self, from: Data(contentsOf: folder.appendingPathComponent("audit.json")))
    }
}

/// A generator that gives the same numbers for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A fresh folder that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

func sampleEntries(_ count: Int) -> [[UInt8]] {
    (0..<count).map { Array("entry \($0)".utf8) }
}

/// A key, and the signed checkpoint over `entries`.
func signedCheckpoint(_ entries: [[UInt8]]) throws -> (note: String, key: LogVerificationKey) {
    let key = try LogSigningKey(name: "example.com/audit", seed: Array(0..<32))
    let root = MerkleTree.root(of: entries.map { MerkleTree.leafHash($0) })
    let note = try Checkpoint(origin: key.name, size: entries.count, root: root).signed(by: key)
    return (note, key.verificationKey)
}
