import AuditLog
import Foundation
import MartletDomain
import Metadata
import Testing

@Suite struct StoreChangeTests {
    @Test func `A change and its entry commit together`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            let before = String(repeating: "0a", count: 32)
            let number = try await store.change(AuditAction("notes", "write", ["body": "a"]), by: engineer) { db in
                db.note("number", "1")
                db.note(before: before, after: nil)
                return try db.write("a")
            }
            #expect(number == 1)
            #expect(try await store.notes() == ["a"])
            let entry = try #require(try await store.entries().first)
            #expect(entry.requestParams == ["body": "a", "number": "1"])
            #expect(entry.userIdentity.name == "engineer" && entry.userIdentity.roles == ["contributor"])
            #expect(entry.beforeDigest == before && entry.response.statusCode == 200)
            #expect(entry.requestID == "request-1" && entry.userAgent == "tests" && entry.workspaceID == "test")
            try await store.close()
            #expect(try temporary.verify().isIntact)
        }
    }

    @Test func `A refusal undoes its change alone and is logged without what it did`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            let errors = try await store.together([
                { try await $0.write("first") }, { try await $0.refuseToWrite("second") },
                { try await $0.write("third") },
            ])
            #expect(try await store.commits() == 2, "one for what held them up, one for the group")
            #expect(errors.map { $0 as? InvalidRequest } == [nil, InvalidRequest("no second here"), nil])
            #expect(try await store.notes() == ["first", "third"])
            let entries = try await store.entries()
            #expect(entries.map(\.response.statusCode) == [200, 200, 400, 200])
            #expect(entries[2].response.errorCode == "INVALID_PARAMETER_VALUE")
            #expect(entries[2].response.errorMessage == "no second here")
            #expect(entries[2].requestParams == ["body": "second"])
            #expect(try temporary.verify().isIntact)
            try await store.close()
        }
    }

    @Test func `A defect in a change undoes it alone and is not logged as a refusal`() async throws {
        struct Defect: Error {}
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            let errors = try await store.together([
                { try await $0.write("first") },
                { store in
                    try await store.change(AuditAction("notes", "write"), by: engineer) { db in
                        try db.write("second")
                        throw Defect()
                    }
                },
                { store in
                    try await store.change(AuditAction("notes", "write"), by: engineer) { db in
                        _ = try db.execute("INSERT INTO notes (number, body) VALUES (1, 'taken')")
                    }
                },
                { try await $0.write("third") },
            ])
            #expect(errors.map { $0 == nil } == [true, false, false, true])
            #expect(errors[1] is Defect)
            #expect(try await store.notes() == ["first", "third"])
            #expect(try await store.entries().count == 3)
            #expect(try await store.commits() == 2)
            #expect(try temporary.verify().isIntact)
            try await store.close()
        }
    }

    @Test func `A change whose entry can't be written is undone alone`() async throws {
        try await TemporaryStore.with { temporary in
            let store = try temporary.open()
            let errors = try await store.together([
                { try await $0.write("first") },
                { store in
                    try await store.change(AuditAction("notes", "write"), by: engineer) { db in
                        try db.write("second")
                        db.note(before: "no digest", after: nil)
                    }
                },
                { try await $0.write("third") },
            ])
            #expect(errors.map { $0 is any MartletError } == [false, true, false])
            #expect(try await store.notes() == ["first", "third"])
            #expect(try await store.entries().map(\.response.statusCode) == [200, 200, 500, 200])
            #expect(try temporary.verify().isIntact)
            try await store.close()
        }
    }

    @Test func `Who may not change anything is refused before the change and logged`() async throws {
        enum NotAllowed: MartletError {
            case reader
            var code: ErrorCode { .permissionDenied }
            var message: String { "You only read." }
        }
        try await TemporaryStore.with { temporary in
            let store = try temporary.open { _, caller in
                guard caller.user.mayChange else { throw NotAllowed.reader }
            }
            let auditor = Caller(User(name: "auditor", roles: [.auditor]), requestID: "request-2")
            await #expect(throws: NotAllowed.reader) {
                try await store.change(AuditAction("notes", "write"), by: auditor) { db in
                    Issue.record("the body ran")
                    try db.write("x")
                }
            }
            try await store.write("a")
            #expect(try await store.notes() == ["a"])
            #expect(try await store.entries().map(\.response.statusCode) == [403, 200])
            #expect(try await store.entries().map(\.userIdentity.name) == ["auditor", "engineer"])
            try await store.close()
        }
    }

    @Test func `Numbers of committed changes never repeat, whatever failed in between`() async throws {
        try await TemporaryStore.with { temporary in
            var store = try temporary.open()
            var numbers: [Int64] = []
            for round in 0..<20 {
                if round % 3 == 0 { await #expect(throws: InvalidRequest.self) { try await store.refuseToWrite("x") } }
                numbers.append(try await store.write("\(round)"))
                if round % 7 == 6 {
                    try await store.close()
                    store = try temporary.open()
                }
            }
            #expect(numbers == Array(1...20))
            try await store.close()
        }
    }
}
