import AuditLog
import Foundation
import MartletDomain
import Metadata
import Testing

@Suite struct GroupCommitTests {
    @Test func `What 64 writers were told is durable is there, in few commits and a log without gaps`() async throws {
        try await TemporaryStore.with { temporary in
            let (writers, changes) = (64, 50)
            let store = try temporary.open(durability: .full)
            let acknowledged = Shared<[Int64: String]>([:])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<writers {
                    group.addTask {
                        for change in 0..<changes {
                            let number = try await store.write("\(writer)/\(change)")
                            acknowledged.change { $0[number] = "\(writer)/\(change)" }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let told = acknowledged.value
            #expect(told.count == writers * changes)
            let kept = try await store.read { db in
                try db.rows("SELECT number, body FROM notes").map { (try $0.integer("number"), try $0.text("body")) }
            }
            #expect(Dictionary(kept) { first, _ in first } == told)
            let commits = try await store.commits()
            #expect(commits < Int64(writers * changes) / 8, "\(commits) commits")
            let positions = try await store.read { db in
                try db.rows("SELECT position FROM audit_entries ORDER BY position").map { try $0.integer("position") }
            }
            #expect(positions == Array(0..<Int64(writers * changes)))
            try await store.close()
            let found = try temporary.verify()
            #expect(found.isIntact && found.size == writers * changes)
            // What was committed in groups is what one after the other would have made: it opens, and goes on.
            let again = try temporary.open()
            #expect(try await again.write("again") == Int64(writers * changes) + 1)
            try await again.close()
            #expect(try temporary.verify().isIntact)
        }
    }

    @Test(arguments: [0, 1, 3]) func `A group has no more changes than it may`(largestGroup: Int) async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open(largestGroup: largestGroup)
            let changes = 12
            _ = try await store.together((0..<changes).map { index in { try await $0.write("\(index)") } })
            let size = max(1, largestGroup)
            #expect(try await store.commits() == Int64(1 + (changes + size - 1) / size))
            #expect(try await store.notes() == (0..<changes).map { "\($0)" }, "in the order in which they came")
            try await store.close()
        }
    }

    @Test func `A group that takes long is committed before the last of it has run`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open(longestRun: .milliseconds(50))
            let changes = 8
            let slow: @Sendable (Store) async throws -> Void = { store in
                try await store.change(AuditAction("tests", "sleep"), by: engineer) { db in
                    Thread.sleep(forTimeInterval: 0.03)
                    try db.write("slow")
                }
            }
            let errors = try await store.together(Array(repeating: slow, count: changes))
            #expect(errors.allSatisfy { $0 == nil })
            #expect(try await store.commits() >= 4)
            #expect(try await store.notes().count == changes)
            try await store.close()
            #expect(try temporary.verify().isIntact)
        }
    }

    @Test func `Readers see the last commit while a change is under way, and never half of one`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            try await store.write("before")
            let (begun, goOn) = (Shared(false), DispatchSemaphore(value: 0))
            async let change: Void = store.change(AuditAction("notes", "write"), by: engineer) { db in
                try db.write("half")
                begun.change { $0 = true }
                goOn.wait()
                try db.write("whole")
            }
            while !begun.value { try await Task.sleep(for: .milliseconds(1)) }
            #expect(try await store.notes() == ["before"])
            goOn.signal()
            try await change
            #expect(try await store.notes() == ["before", "half", "whole"])
            try await store.close()
        }
    }

    @Test func `The write-ahead log stays small under many writes`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            let body = String(repeating: "x", count: 100_000)
            for _ in 0..<400 { try await store.write(body) }
            let attributes = try FileManager.default.attributesOfItem(atPath: temporary.file.path + "-wal")
            let size = try #require(attributes[.size] as? Int)
            #expect(size < 24_000_000, "\(size) bytes after 40 MB were written")
            try await store.close()
        }
    }

    @Test(arguments: [(Store.Durability.full, Int64(2)), (.normal, 1)])
    func `Commits wait for the disk as the store was told`(durability: Store.Durability, level: Int64) async throws {
        try await TemporaryStore.with { temporary in
            for _ in 0..<2 {
                let store = try temporary.open(durability: durability)
                let settings = try await store.change(AuditAction("tests", "look"), by: engineer) { db in
                    try ["synchronous", "foreign_keys", "journal_mode"].map { name in
                        try db.row("PRAGMA \(name)")?.value(name)
                    }
                }
                #expect(settings == [.integer(level), .integer(1), .text("wal")])
                try await store.close()
            }
        }
    }
}
