import AuditLog
import Foundation
import Testing

@Suite struct TlogDirectoryTests {
    @Test func `Paths are those of tlog-tiles`() throws {
        #expect(try TlogPath.tilePath(level: 0, index: 1_234_067) == "tile/0/x001/x234/067")
        #expect(try TlogPath.tilePath(level: 2, index: 0, width: 1) == "tile/2/000.p/1")
        #expect(try TlogPath.entriesPath(index: 273, width: 112) == "tile/entries/273.p/112")
        #expect(try TlogPath.entriesPath(index: 1000) == "tile/entries/x001/000")
        #expect(try TlogPath.entriesPath(index: .max) == "tile/entries/x009/x223/x372/x036/x854/x775/807")
        for (level, index, width) in [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257), (0, .min, 1)] {
            #expect(throws: AuditLogError.self) { try TlogPath.tilePath(level: level, index: index, width: width) }
        }
        // The example of the specification: a tree of 70,000.
        #expect(TlogPath.widths(level: 0, size: 70_000) == (273, 112))
        #expect(TlogPath.widths(level: 1, size: 70_000) == (1, 17))
        #expect(TlogPath.widths(level: 2, size: 70_000) == (0, 1))
    }

    @Test func `A bundle is lengths and bytes, and a cut one is refused`() throws {
        #expect(try EntryBundle.encode([[], [0x61], [1, 2]]) == [0, 0, 0, 1, 0x61, 0, 2, 1, 2])
        let entries = [[], [UInt8](repeating: 9, count: 65_535), [1]]
        let bytes = try EntryBundle.encode(entries)
        #expect(try EntryBundle.decode(bytes) == entries)
        for cut in [1, 2, 4, 60_000] {
            let cutOff = Array(bytes.dropLast(cut))
            #expect(throws: AuditLogError.self, "\(cut)") { _ = try EntryBundle.decode(cutOff).count }
        }
        #expect(throws: AuditLogError.self) { try EntryBundle.encode([[UInt8](repeating: 0, count: 65_536)]) }
        #expect(throws: AuditLogError.self) { try EntryBundle.encode([[UInt8]](repeating: [], count: 257)) }
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<1000 {
            let garbage = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                UInt8.random(in: 0...20, using: &generator)
            }
            if let read = try? EntryBundle.decode(garbage) { #expect(try EntryBundle.encode(read) == garbage) }
        }
    }

    @Test func `An export of any size verifies offline`() throws {
        for size in [0, 1, 255, 256, 257, 513] {
            try withTemporaryFolder { folder in
                let entries = sampleEntries(size)
                let (note, key) = try signedCheckpoint(entries)
                try TlogDirectory.export(entries, checkpoint: note, to: folder.appendingPathComponent("log"))
                let result = try TlogDirectory.verifyDirectory(at: folder.appendingPathComponent("log"), key: key)
                #expect(result.isIntact, "\(size): \(result.problems)")
                #expect(result.size == size && result.signedSize == size)
            }
        }
    }

    @Test func `An export that is not what was signed, or into a used folder, is refused`() throws {
        try withTemporaryFolder { folder in
            let (note, key) = try signedCheckpoint(sampleEntries(3))
            let target = folder.appendingPathComponent("log")
            #expect(throws: AuditLogError.self) {
                try TlogDirectory.export(sampleEntries(4), checkpoint: note, to: target)
            }
            let unfinished = try TlogDirectory.verifyDirectory(at: target, key: key)
            #expect(unfinished.problems.map(\.kind) == [.checkpoint])
            try TlogDirectory.export(sampleEntries(3), checkpoint: note, to: target)
            #expect(throws: AuditLogError.self) {
                try TlogDirectory.export(sampleEntries(3), checkpoint: note, to: target)
            }
            #expect(throws: AuditLogError.self) {
                try TlogDirectory.verifyDirectory(at: folder.appendingPathComponent("none"), key: key)
            }
        }
    }

    @Test func `Every one of 500 random byte flips is found at its position`() throws {
        try withTemporaryFolder { folder in
            let entries = sampleEntries(600)
            let (note, key) = try signedCheckpoint(entries)
            let log = folder.appendingPathComponent("log")
            try TlogDirectory.export(entries, checkpoint: note, to: log)
            let files = try Self.files(in: log)
            var generator = SeededGenerator(seed: 500)
            for round in 0..<500 {
                // Small files as often as large ones.
                let path = files[Int.random(in: 0..<files.count, using: &generator)]
                let file = log.appendingPathComponent(path)
                let good = try Data(contentsOf: file)
                let offset = Int.random(in: 0..<good.count, using: &generator)
                var bad = good
                bad[bad.startIndex + offset] ^= UInt8.random(in: 1...255, using: &generator)
                try bad.write(to: file)
                let result = try TlogDirectory.verifyDirectory(at: log, key: key)
                let problem = result.problems.first
                let expected = Self.position(path, offset: offset, entries: entries)
                #expect(
                    problem != nil && problem?.position == expected, "seed 500, round \(round): \(path) byte \(offset)")
                try good.write(to: file)
            }
            #expect(try TlogDirectory.verifyDirectory(at: log, key: key).isIntact)
        }
    }

    @Test func `A flipped hash of level 2 and a missing, cut or extra file are found`() throws {
        try withTemporaryFolder { folder in
            let entries = (0..<66_000).map { [UInt8($0 & 255), UInt8($0 >> 8 & 255), UInt8($0 >> 16)] }
            let (note, key) = try signedCheckpoint(entries)
            let log = folder.appendingPathComponent("log")
            try TlogDirectory.export(entries, checkpoint: note, to: log)
            func problems(_ path: String, _ change: (URL) throws -> Void) throws -> [AuditVerification.Problem] {
                let file = log.appendingPathComponent(path)
                let good = try? Data(contentsOf: file)
                try change(file)
                defer {
                    if let good { try? good.write(to: file) } else { try? FileManager.default.removeItem(at: file) }
                }
                return try TlogDirectory.verifyDirectory(at: log, key: key).problems
            }
            #expect(try problems("checkpoint") { _ in }.isEmpty)
            var found = try problems("tile/2/000.p/1") { file in
                try Data(Data(contentsOf: file).map { $0 ^ 1 }).write(to: file)
            }
            #expect(found.map(\.kind) == [.tile])
            #expect(found.first?.position == 0 && found.first?.lastPosition == 65_535)
            found = try problems("tile/entries/003") { try FileManager.default.removeItem(at: $0) }
            #expect(found.map(\.kind) == [.file] && found.first?.position == 768, "\(found)")
            found = try problems("tile/0/003") { try Data().write(to: $0) }
            #expect(found.map(\.kind) == [.file] && found.first?.position == 768, "\(found)")
            found = try problems("tile/entries/003") { try Data(contentsOf: $0).dropLast().write(to: $0) }
            #expect(found.map(\.kind) == [.file] && found.first?.position == 1023, "\(found)")
            found = try problems("tile/entries/258") { try Data([0, 1, 5]).write(to: $0) }
            #expect(found.map(\.kind) == [.unsigned], "\(found)")
        }
    }

    private static func files(in folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { path in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path, isDirectory: &isFolder)
            return !isFolder.boolValue
        }.sorted()
    }

    /// The first position that a byte of a file is about; nil for the checkpoint.
    private static func position(_ path: String, offset: Int, entries: [[UInt8]]) -> Int? {
        let parts = path.split(separator: "/")
        guard parts.count > 1, let tile = Int(parts[2].prefix(3)) else { return nil }
        if parts[1] == "0" { return tile * 256 + offset / 32 }
        if parts[1] == "1" { return (tile * 256 + offset / 32) * 256 }
        var (position, end) = (tile * 256, 0)
        while position < entries.count {
            end += 2 + entries[position].count
            if offset < end { return position }
            position += 1
        }
        return nil
    }
}
