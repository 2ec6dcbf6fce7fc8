import AuditLog
import Foundation
import Testing

@Suite struct KeptCheckpointTests {
    /// What a copy of a log is found to be, beside a checkpoint of its first `keptSize` entries as they were.
    private func verify(
        _ log: GrowingLog, size: Int, kept: String?, changing change: (URL) throws -> Void = { _ in }
    ) throws -> AuditVerification {
        var found: AuditVerification?
        try withTemporaryFolder { folder in
            let copy = folder.appendingPathComponent("log")
            try TlogDirectory.export(Array(log.entries[..<size]), checkpoint: log.note(size), to: copy)
            try change(copy)
            found = try TlogDirectory.verifyDirectory(at: copy, key: log.verificationKey, keeping: kept)
        }
        return try #require(found)
    }

    @Test(arguments: [0, 1, 255, 256, 257, 600]) func `A log that only grew holds what was signed before`(_ size: Int)
        throws
    {
        let log = try GrowingLog(600)
        let found = try verify(log, size: 600, kept: try log.note(size))
        #expect(found.isIntact, "\(found.problems)")
    }

    @Test
    func `A log that was rewritten and signed again is sound by itself, and not beside a checkpoint that was kept`()
        throws
    {
        var log = try GrowingLog(600)
        let kept = try log.note(300)
        log.entries[7] = Array("something else".utf8)
        #expect(try verify(log, size: 600, kept: nil).isIntact)
        let found = try verify(log, size: 600, kept: kept)
        #expect(found.problems.count == 1)
        #expect(found.problems.first?.kind == .root)
        #expect(found.problems.first?.position == 0 && found.problems.first?.lastPosition == 299)
    }

    @Test func `A log that was cut off and signed again misses what was signed before`() throws {
        let log = try GrowingLog(600)
        let found = try verify(log, size: 299, kept: try log.note(300))
        #expect(found.problems.map(\.kind) == [.missing])
        #expect(found.problems.first?.position == 299 && found.problems.first?.lastPosition == nil)
    }

    @Test func `A changed byte is named by its position, and told once`() throws {
        let log = try GrowingLog(600)
        for position in [0, 7, 255, 256, 599] {
            let found = try verify(log, size: 600, kept: try log.note(600)) { copy in
                let index = position / 256
                let file = copy.appendingPathComponent(
                    "tile/entries/\(index == 2 ? "002.p/88" : "00\(index)")")
                var entries = try EntryBundle.decode([UInt8](Data(contentsOf: file)))
                entries[position % 256][0] ^= 1
                try Data(EntryBundle.encode(entries)).write(to: file)
            }
            #expect(found.problems.first?.position == position && found.problems.first?.kind == .changed)
            #expect(found.problems.filter { $0.position != nil }.count == 1, "\(found.problems)")
        }
    }

    @Test func `A checkpoint of another log can't be held against this one`() throws {
        let (log, other) = (try GrowingLog(10), try GrowingLog(10, seed: 3))
        #expect(throws: AuditLogError.self) { try verify(log, size: 10, kept: other.note(5)) }
        #expect(throws: AuditLogError.self) { try verify(log, size: 10, kept: "nothing") }
    }
}
