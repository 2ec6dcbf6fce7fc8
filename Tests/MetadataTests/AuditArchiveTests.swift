import AuditLog
import Foundation
import GRDB
import MartletDomain
import Metadata
import Testing

@Suite struct AuditArchiveTests {
    private static let size = 600

    private func withLog<Result>(_ body: (TemporaryStore) async throws -> Result) async throws -> Result {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<Self.size { group.addTask { try await store.write("\(index)") } }
                try await group.waitForAll()
            }
            try await store.close()
            return try await body(temporary)
        }
    }

    @Test func `Any one changed byte of any entry is found, with its position`() async throws {
        try await withLog { temporary in
            let seed = UInt64.random(in: 0...UInt64.max)
            var random = SplitMix(state: seed)
            for _ in 0..<150 {
                let position = Int.random(in: 0..<Self.size, using: &random)
                let (column, bit) = (Int.random(in: 0..<8, using: &random) == 0 ? "leaf_hash" : "entry", UInt8(1))
                let original = try temporary.rawSQL { database in
                    try Data.fetchOne(
                        database, sql: "SELECT \(column) FROM audit_entries WHERE position = ?", arguments: [position])
                }
                var changed = try #require(original)
                let byte = Int.random(in: 0..<changed.count, using: &random)
                changed[byte] ^= bit << UInt8.random(in: 0..<8, using: &random)
                try temporary.set(column, to: changed, at: position)
                let found = try temporary.verify()
                #expect(
                    found.problems.contains { $0.kind == .changed && $0.position == position },
                    "seed \(seed): \(column) of \(position), byte \(byte)")
                #expect(found.problems.filter { $0.position != nil }.count == 1, "seed \(seed)")
                try temporary.set(column, to: original, at: position)
            }
            #expect(try temporary.verify().isIntact)
        }
    }

    @Test func `An entry that was changed with its leaf hash is found among the entries of its tile`() async throws {
        try await withLog { temporary in
            let forged = Data("{}".utf8)
            try temporary.set("entry", to: forged, at: 300)
            try temporary.set("leaf_hash", to: Data(MerkleTree.leafHash([UInt8](forged)).bytes), at: 300)
            let problems = try temporary.verify().problems
            #expect(problems.contains { $0.kind == .tile && $0.position == 256 && $0.lastPosition == 511 })
            #expect(problems.contains { $0.kind == .root })
        }
    }

    @Test(
        arguments: [
            ("DELETE FROM audit_entries WHERE position >= 590", Kind.missing, 590),
            ("DELETE FROM audit_entries WHERE position = 0", .missing, 0),
            ("DELETE FROM audit_entries WHERE position BETWEEN 5 AND 9", .missing, 5),
            ("DELETE FROM audit_entries", .missing, 0),
            (
                "UPDATE audit_entries SET position = CASE position WHEN 10 THEN -20 WHEN 20 THEN -10 ELSE position END",
                .outOfOrder, -20
            ),
            ("UPDATE audit_entries SET position = 'ten' WHERE position = 10", .missing, 10),
            ("UPDATE audit_entries SET position = 9223372036854775807 WHERE position = 599", .missing, 599),
            ("UPDATE audit_entries SET entry = 'text' WHERE position = 11", .changed, 11),
            ("UPDATE audit_entries SET leaf_hash = 5 WHERE position = 12", .changed, 12),
            (
                "INSERT INTO audit_entries SELECT 600, entry, leaf_hash FROM audit_entries WHERE position = 1",
                .unsigned, 600
            ),
            ("UPDATE audit_checkpoint SET note = 'nothing'", .checkpoint, nil),
            ("UPDATE audit_checkpoint SET note = x'00'", .checkpoint, nil),
            ("UPDATE audit_checkpoint SET note = replace(note, '600', '599')", .checkpoint, nil),
            ("DELETE FROM audit_checkpoint", .checkpoint, nil),
            ("UPDATE audit_checkpoint SET edge = zeroblob(length(edge))", .checkpoint, nil),
            ("UPDATE audit_checkpoint SET size = 599", .checkpoint, nil),
            ("UPDATE audit_tiles SET root = zeroblob(32) WHERE tile = 1", .tile, 256),
            ("UPDATE audit_tiles SET root = zeroblob(3) WHERE tile = 1", .tile, 256),
            ("DELETE FROM audit_tiles WHERE tile = 0", .tile, 0), ("UPDATE audit_tiles SET tile = tile + 10", .tile, 0),
            ("UPDATE audit_tiles SET level = 9223372036854775807", .tile, 0),
            ("INSERT INTO audit_tiles VALUES (1, 1000000000000, zeroblob(32))", .tile, nil),
            ("DROP TABLE audit_tiles; CREATE TABLE audit_tiles (level, tile, root)", .tile, 0),
        ] as [(String, Kind, Int?)])
    func `What was done to the rows is found`(edit: String, kind: Kind, position: Int?) async throws {
        try await withLog { temporary in
            try temporary.tamper(edit)
            let found = try temporary.verify()
            #expect(
                found.problems.contains { $0.kind == kind && $0.position == position },
                "\(found.problems.map(\.description))")
        }
    }

    @Test func `Entries that changed places are found`() async throws {
        try await withLog { temporary in
            try temporary.tamper(
                """
                UPDATE audit_entries SET position = -1 WHERE position = 40;
                UPDATE audit_entries SET position = 40 WHERE position = 41;
                UPDATE audit_entries SET position = 41 WHERE position = -1;
                """)
            let problems = try temporary.verify().problems
            #expect(problems.contains { $0.kind == .tile && $0.position == 0 && $0.lastPosition == 255 })
            #expect(problems.contains { $0.kind == .root })
        }
    }

    @Test func `A checkpoint that was kept shows that the database was put back to an older copy`() async throws {
        try await withLog { temporary in
            let copy = temporary.folder.appending(path: "older")
            try FileManager.default.copyItem(at: temporary.file, to: copy)
            let store = try temporary.open()
            for _ in 0..<10 { try await store.write("later") }
            try await store.close()
            let kept = try temporary.checkpoint()
            #expect(try temporary.verify(keeping: kept).isIntact)
            try FileManager.default.removeItem(at: temporary.file)
            try FileManager.default.copyItem(at: copy, to: temporary.file)
            #expect(try temporary.verify().isIntact, "by itself an older copy is a whole log")
            let problem = try #require(try temporary.verify(keeping: kept).problems.first)
            #expect(problem.kind == .missing && problem.position == 600 && problem.lastPosition == 609)
            // Not even one that went on from there, by the same key, is the same log.
            let fork = try temporary.open()
            for _ in 0..<20 { try await fork.write("instead") }
            try await fork.close()
            #expect(try temporary.verify().isIntact)
            #expect(try !temporary.verify(keeping: kept).isIntact)
            // And an emptied one least of all.
            try temporary.tamper("DELETE FROM audit_entries; DELETE FROM audit_checkpoint; DELETE FROM audit_tiles")
            #expect(try !temporary.verify().isIntact)
            #expect(try !temporary.verify(keeping: kept).isIntact)
            #expect(throws: AuditLogError.self) { try temporary.verify(keeping: "no checkpoint") }
        }
    }

    @Test func `The log verifies at any moment while a server writes`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            try await store.write("first")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask { for index in 0..<100 { try await store.write("\(index)") } }
                }
                for _ in 0..<20 {
                    let found = try temporary.verify()
                    #expect(found.isIntact && found.signedSize == found.size)
                    try await Task.sleep(for: .milliseconds(5))
                }
                try await group.waitForAll()
            }
            #expect(try temporary.verify().size == 801)
            try await store.close()
        }
    }

    @Test func `The log verifies without the files beside it, and where none can be made`() async throws {
        try await withLog { temporary in
            for suffix in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: temporary.file.path + suffix)
            }
            #expect(try temporary.verify().size == Self.size)
            let strange = temporary.folder.appending(path: "50% of? #1 & ü")
            try FileManager.default.createDirectory(at: strange, withIntermediateDirectories: true)
            let file = strange.appending(path: "metadata.sqlite")
            try FileManager.default.copyItem(at: temporary.file, to: file)
            let found = try AuditArchive(unchanging: file).verify(by: temporary.key)
            #expect(found.isIntact && found.size == Self.size)
            #expect(try FileManager.default.contentsOfDirectory(atPath: strange.path) == ["metadata.sqlite"])
        }
    }

    @Test func `A file that was damaged below SQL is reported and never taken for intact, nor a crash`() async throws {
        try await withLog { temporary in
            let seed = UInt64.random(in: 0...UInt64.max)
            var random = SplitMix(state: seed)
            let original = try Data(contentsOf: temporary.file)
            let root = try temporary.verify().root
            for _ in 0..<60 {
                var damaged = original
                for _ in 0..<4 {
                    let start = Int.random(in: 100..<damaged.count - 64, using: &random)
                    for index in start..<start + 64 { damaged[index] = UInt8.random(in: 0...255, using: &random) }
                }
                try damaged.write(to: temporary.file)
                do {
                    let found = try temporary.verify()
                    #expect(!found.isIntact || found.root == root, "seed \(seed)")
                } catch is any MartletError {}
            }
        }
    }

    @Test func `The log is exported as files that verify without the database`() async throws {
        try await withLog { temporary in
            let folder = temporary.folder.appending(path: "export")
            #expect(try AuditArchive(temporary.file).export(to: folder) == Self.size)
            let found = try TlogDirectory.verifyDirectory(at: folder, key: temporary.key)
            #expect(found.isIntact && found.size == Self.size)
            #expect(try found.root == temporary.verify().root)
            #expect(throws: AuditLogError.self) { try AuditArchive(temporary.file).export(to: folder) }
        }
    }
}

typealias Kind = AuditVerification.Problem.Kind

extension TemporaryStore {
    fileprivate func set(_ column: String, to bytes: Data?, at position: Int) throws {
        try rawSQL { database in
            try database.execute(
                sql: "UPDATE audit_entries SET \(column) = ? WHERE position = ?", arguments: [bytes, position])
        }
    }
}
