import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform
import Synchronization
import TestKit
import Testing

/// What somebody who looks after a server is told.
private final class Heard: Sendable {
    private let texts = Mutex<[String]>([])

    var count: Int { texts.withLock { $0.count } }
    func hear(_ text: String) { texts.withLock { $0.append(text) } }
}

@Suite struct AuditPublishTests {
    private func intact(_ platform: Platform) throws -> AuditVerification {
        try TlogDirectory.verifyDirectory(at: platform.workspace.audit, key: platform.audit.verificationKey)
    }

    private func makeExperiment(_ platform: Platform, _ name: String) async throws {
        _ = try await platform.tracking.createExperiment(name: name, by: .anyone)
    }

    @Test func `A checkpoint leaves when it is due and there is something new, and an idle log stays as it is`()
        async throws
    {
        let clock = SettableClock(1_770_000_000_000)
        try await withWorkspace(clock: clock.wall) { platform in
            let audit = platform.audit
            await audit.round()
            #expect(try await audit.published(limit: 10).isEmpty)
            clock.advance(minutes: 5)
            await audit.round()
            #expect(try await audit.published(limit: 10).map(\.reason) == ["schedule"])
            let found = try intact(platform)
            #expect(found.isIntact && found.size > 0)
            for _ in 0..<3 {
                clock.advance(minutes: 5)
                await audit.round()
            }
            #expect(try await audit.published(limit: 10).count == 1)
            try await makeExperiment(platform, "new")
            await audit.round()
            #expect(try await audit.published(limit: 10).count == 1)
            clock.advance(minutes: 5)
            await audit.round()
            let published = try await audit.published(limit: 10)
            #expect(published.count == 2 && published[0].size > published[1].size)
            #expect(try intact(platform).size == published[0].size)
            #expect(audit.alarm == nil)
        }
    }

    @Test func `A workspace that is opened again goes on with its folder`() async throws {
        try await withTemporaryFolder { folder in
            for round in 0..<3 {
                let platform = try await Platform.open(Workspace(folder), durability: .normal)
                for number in 0..<150 { try await makeExperiment(platform, "e\(round)-\(number)") }
                _ = try await platform.audit.publish(because: "request", by: .setup)
                #expect(try await platform.audit.writeFolder() > 0)
                #expect(try await platform.audit.writeFolder() == 0)
                let found = try intact(platform)
                #expect(found.isIntact && found.size > 150 * (round + 1))
                try await platform.close()
            }
        }
    }

    @Test func `An older copy of the database under a newer folder is an alarm`() async throws {
        try await withTemporaryFolder { folder in
            let copy = folder.appending(path: "copy")
            let home = Workspace(folder.appending(path: "home"))
            var platform = try await Platform.open(home, durability: .normal)
            try await makeExperiment(platform, "one")
            try await platform.close()
            let parts = ["", "-wal"].filter { FileManager.default.fileExists(atPath: home.metadataFile.path + $0) }
            for suffix in parts {
                try FileManager.default.copyItem(atPath: home.metadataFile.path + suffix, toPath: copy.path + suffix)
            }
            platform = try await Platform.open(home, durability: .normal)
            try await makeExperiment(platform, "two")
            _ = try await platform.audit.publish(because: "request", by: .setup)
            _ = try await platform.audit.writeFolder()
            try await platform.close()
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: home.metadataFile.path + suffix)
            }
            for suffix in parts {
                try FileManager.default.copyItem(atPath: copy.path + suffix, toPath: home.metadataFile.path + suffix)
            }

            platform = try await Platform.open(home, durability: .normal)
            let heard = Heard()
            platform.audit.report { heard.hear($0) }
            _ = try await platform.audit.publish(because: "request", by: .setup)
            let before = try String(contentsOf: home.audit.appending(path: "checkpoint"), encoding: .utf8)
            for _ in 0..<2 {
                await #expect(throws: AuditLogError.self) { try await platform.audit.writeFolder() }
            }
            #expect(try String(contentsOf: home.audit.appending(path: "checkpoint"), encoding: .utf8) == before)
            #expect(platform.audit.alarm != nil && heard.count == 1)
            let entries = try await platform.auditEntries()
            #expect(entries.filter { $0.actionName == "alarm" }.count == 1)
            // And the index, which was made of the newer log, is made anew.
            #expect(try await platform.audit.search(AuditQuery(object: "two"), limit: 10).events.isEmpty)
            try await platform.close()
        }
    }

    @Test func `Searches find by who, what, when, outcome and object, in pages`() async throws {
        let clock = SettableClock(1_770_000_000_000)
        try await withWorkspace(clock: clock.wall) { platform in
            let audit = platform.audit
            for number in 0..<25 { try await makeExperiment(platform, "e\(number)") }
            clock.advance(minutes: 10)
            let later = clock.now
            _ = try? await platform.tracking.createExperiment(name: "e3", by: .anyone)
            let all = try await audit.search(AuditQuery(service: "tracking"), limit: 1_000)
            #expect(all.events.count == 26 && all.next == nil)
            var (pages, next): ([Int64], Int64?) = ([], nil)
            repeat {
                let page = try await audit.search(AuditQuery(service: "tracking"), before: next, limit: 7)
                pages += page.events.map(\.position)
                next = page.next
            } while next != nil
            #expect(pages == all.events.map(\.position) && pages == pages.sorted(by: >))
            let refused = try await audit.search(AuditQuery(outcome: .refused, object: "e3"), limit: 10).events
            #expect(refused.count == 1 && refused.first?.entry.response.statusCode != 200)
            #expect(try await audit.search(AuditQuery(since: later), limit: 10).events.count == 1)
            #expect(try await audit.search(AuditQuery(until: later, object: "e3"), limit: 10).events.count == 1)
            #expect(try await audit.search(AuditQuery(user: "nobody"), limit: 10).events.isEmpty)
            for limit in [0, -1, 1_001] {
                await #expect(throws: InvalidRequest.self) { try await audit.search(AuditQuery(), limit: limit) }
            }
            let event = try #require(refused.first)
            #expect(try await audit.event(event.entry.eventID).position == event.position)
            #expect(try await audit.event("\(event.position)").entry == event.entry)
            await #expect(throws: AuditError.self) { try await audit.event("none") }
            await #expect(throws: AuditError.self) { try await audit.event("999999") }
        }
    }

    @Test func `A proof holds for an event that no checkpoint covered yet`() async throws {
        try await withWorkspace { platform in
            try await makeExperiment(platform, "proven")
            let found = try await platform.audit.search(AuditQuery(object: "proven"), limit: 1).events
            let event = try #require(found.first)
            let proof = try await platform.audit.prove(position: event.position, by: .anyone)
            let read = try TlogProof(parsing: proof.text)
            #expect(try read.verify(by: platform.audit.verificationKey).size > event.position)
            #expect(read.entry == event.bytes)
            await #expect(throws: AuditError.self) { try await platform.audit.prove(position: 1_000, by: .anyone) }
            await #expect(throws: AuditError.self) { try await platform.audit.prove(position: -1, by: .anyone) }
            let first = try #require(try await platform.audit.published(limit: 1).first)
            try await makeExperiment(platform, "later")
            let second = try await platform.audit.publish(because: "request", by: .anyone)
            let consistency = try await platform.audit.proveConsistency(from: first.size, to: nil)
            let old = try Checkpoint(note: first.note, verifiedBy: platform.audit.verificationKey)
            #expect(try consistency.verify(since: old, by: platform.audit.verificationKey).size == second.size)
        }
    }

    @Test func `The log is exported in the shape of system access audit`() async throws {
        try await withWorkspace { platform in
            try await makeExperiment(platform, "exported")
            let folder = platform.workspace.scratch
            let archive = try AuditArchive(platform.workspace.metadataFile)
            let (lines, parquet) = (folder.appending(path: "a.jsonl"), folder.appending(path: "a.parquet"))
            let count = try archive.exportRows(to: lines)
            #expect(try await AuditParquet.write(archive, to: parquet) == count)
            let text = try String(contentsOf: lines, encoding: .utf8)
            #expect(text.split(separator: "\n").count == count)
            let last = try #require(text.split(separator: "\n").last)
            let row = try JSON(Data(last.utf8))
            #expect(row["action_name"] == "create_experiment" && row["request_params"]["name"] == "exported")
            #expect(try Data(contentsOf: parquet).prefix(4) == Data("PAR1".utf8))
            #expect(throws: AuditLogError.self) { try archive.exportRows(to: lines) }
        }
    }
}
