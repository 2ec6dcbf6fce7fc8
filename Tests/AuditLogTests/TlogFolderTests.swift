import AuditLog
import Foundation
import Testing

/// A log in memory, with a checkpoint of any of its sizes.
struct GrowingLog: TlogSource {
    var entries: [[UInt8]]
    let key: LogSigningKey

    init(_ size: Int, seed: UInt8 = 0) throws {
        entries = sampleEntries(size)
        key = try LogSigningKey(name: "example.com/audit", seed: (0..<32).map { $0 &+ seed })
    }

    var verificationKey: LogVerificationKey { key.verificationKey }

    func hashes(level: Int, in range: Range<Int>) throws -> [MerkleHash] {
        let width = 1 << (8 * level)
        return range.map { index in
            MerkleTree.root(of: entries[index * width..<(index + 1) * width].map { MerkleTree.leafHash($0) })
        }
    }

    func entries(in range: Range<Int>) throws -> [[UInt8]] { Array(entries[range]) }

    func note(_ size: Int) throws -> String {
        try Checkpoint(origin: key.name, size: size, root: root(size: size)).signed(by: key)
    }
}

@Suite struct TlogFolderTests {
    private func files(_ folder: URL) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let file = folder.appendingPathComponent(path)
            if let data = try? Data(contentsOf: file) { found[path] = data }
        }
        return found
    }

    @Test func `A folder that follows a log verifies at each size, and no full tile is ever written again`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        try withTemporaryFolder { folder in
            let log = try GrowingLog(1_400)
            var size = 0
            var seen: [String: Data] = [:]
            while size < 1_400 {
                let steps = [0, 1, 2, 30, 255, 256, 257, 512 - size % 256]
                size = min(1_400, size + steps[Int.random(in: 0..<steps.count, using: &random)])
                _ = try TlogFolder(folder).extend(to: log.note(size), by: log.verificationKey, from: log)
                let found = try TlogDirectory.verifyDirectory(at: folder, key: log.verificationKey)
                #expect(found.isIntact && found.size == size, "seed \(seed), size \(size): \(found.problems)")
                let now = try files(folder)
                for (path, data) in seen where path != "checkpoint" && !path.contains(".p") {
                    #expect(now[path] == data, "seed \(seed): \(path)")
                }
                seen = now
            }
            #expect(try TlogFolder(folder).extend(to: log.note(size), by: log.verificationKey, from: log) == 0)
        }
    }

    @Test func `Partial tiles of earlier checkpoints stay until the tile is full, and are verified`() throws {
        try withTemporaryFolder { folder in
            let log = try GrowingLog(300)
            for size in [3, 7] {
                _ = try TlogFolder(folder).extend(to: log.note(size), by: log.verificationKey, from: log)
            }
            let earlier = folder.appendingPathComponent("tile/0/000.p/3")
            #expect(FileManager.default.fileExists(atPath: earlier.path))
            #expect(try TlogDirectory.verifyDirectory(at: folder, key: log.verificationKey).isIntact)
            var bytes = try Data(contentsOf: earlier)
            bytes[5] ^= 1
            try bytes.write(to: earlier)
            #expect(try !TlogDirectory.verifyDirectory(at: folder, key: log.verificationKey).isIntact)
            bytes[5] ^= 1
            try bytes.write(to: earlier)
            // A change of the newest bundle is told of that alone.
            let newest = folder.appendingPathComponent("tile/entries/000.p/7")
            let bundle = try Data(contentsOf: newest)
            var changed = bundle
            changed[changed.count - 1] ^= 1
            try changed.write(to: newest)
            let found = try TlogDirectory.verifyDirectory(at: folder, key: log.verificationKey).problems
            #expect(found.map(\.kind) == [.changed, .root] && found.first?.position == 6)
            try bundle.write(to: newest)
            _ = try TlogFolder(folder).extend(to: log.note(300), by: log.verificationKey, from: log)
            #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("tile/0/000.p").path))
        }
    }

    @Test func `What a crash leaves is gone on with`() throws {
        try withTemporaryFolder { folder in
            let log = try GrowingLog(600)
            _ = try TlogFolder(folder).extend(to: log.note(100), by: log.verificationKey, from: log)
            let old = try Data(contentsOf: folder.appendingPathComponent("checkpoint"))
            _ = try TlogFolder(folder).extend(to: log.note(600), by: log.verificationKey, from: log)
            // The tiles were written, the checkpoint not yet: it is written last.
            for path in ["tile/0/000.p/100", "tile/entries/000.p/100"] {
                let source: [UInt8] =
                    path.contains("entries")
                    ? try EntryBundle.encode(Array(log.entries[..<100]))
                    : try log.hashes(level: 0, in: 0..<100).flatMap(\.bytes)
                let file = folder.appendingPathComponent(path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(source).write(to: file)
            }
            try old.write(to: folder.appendingPathComponent("checkpoint"))
            _ = try TlogFolder(folder).extend(to: log.note(600), by: log.verificationKey, from: log)
            #expect(try TlogDirectory.verifyDirectory(at: folder, key: log.verificationKey).isIntact)
        }
    }

    @Test(arguments: [
        "ahead", "another log", "another key", "changed edge", "lost edge", "files ahead", "no checkpoint",
    ])
    func `A folder that does not fit the log is an alarm, and nothing in it is changed`(_ what: String) throws {
        try withTemporaryFolder { folder in
            var log = try GrowingLog(700)
            _ = try TlogFolder(folder).extend(to: log.note(600), by: log.verificationKey, from: log)
            let edge = folder.appendingPathComponent("tile/0/002.p/88")
            var (to, key) = (700, log)
            switch what {
            case "ahead": to = 500
            case "another log": log.entries[3] = [1, 2, 3]
            case "another key": key = try GrowingLog(700, seed: 9)
            case "changed edge":
                var data = try Data(contentsOf: edge)
                data[0] ^= 1
                try data.write(to: edge)
            case "lost edge": try FileManager.default.removeItem(at: edge)
            case "files ahead":
                let file = folder.appendingPathComponent("tile/0/002.p/188")
                try Data(repeating: 1, count: 188 * 32).write(to: file)
            default: try Data("nothing".utf8).write(to: folder.appendingPathComponent("checkpoint"))
            }
            let before = try files(folder)
            #expect {
                let source = what == "another key" ? key : log
                _ = try TlogFolder(folder).extend(to: source.note(to), by: key.verificationKey, from: source)
            } throws: { error in
                if case AuditLogError.differs = error { true } else { false }
            }
            let after = try files(folder)
            #expect(after.filter { before[$0.key] != nil } == before)
            #expect(after["checkpoint"] == before["checkpoint"])
        }
    }
}
