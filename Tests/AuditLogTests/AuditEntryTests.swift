import AuditLog
import Foundation
import Testing

@Suite struct AuditEntryTests {
    private func entry(params: [String: String] = [:]) -> AuditEntry {
        AuditEntry(
            eventID: "e", time: Date(timeIntervalSince1970: 1_772_357_400.123456), workspaceID: "w",
            user: .init(name: "user-1"), serviceName: "registry", actionName: "transitionStage", requestParams: params)
    }

    @Test func `The leaf's bytes are those that were fixed for version 1`() throws {
        for golden in try AuditGolden.load().entries {
            let leaf = try golden.fields.encoded()
            #expect(String(decoding: leaf, as: UTF8.self) == golden.leaf)
            #expect(MerkleTree.leafHash(leaf).hex == golden.leaf_hash)
            #expect(try AuditEntry(encoded: leaf) == golden.fields)
        }
    }

    @Test func `A leaf written from an initializer is read back`() throws {
        var entry = entry(params: ["stage": "Production"])
        entry.afterDigest = CanonicalJSON.sha256Hex("after")
        #expect(entry.eventTime == "2026-03-01T09:30:00.123456Z")
        #expect(entry.eventDate == "2026-03-01")
        #expect(try AuditEntry(encoded: entry.encoded()) == entry)
    }

    @Test func `Whatever an entry holds, its leaf is the canonical JSON of it`() throws {
        let seed = UInt64.random(in: 1 ... .max)
        var state = seed
        func random(_ count: Int) -> Int {
            // SplitMix64.
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((word ^ (word >> 31)) % UInt64(count))
        }
        // Among them what UTF-8 and UTF-16 sort differently, and what is escaped.
        let letters = ["a", "b", "Z", "_", "\"", "\\", "/", "\u{1}", "\n", "\u{7f}", "ä", "e\u{301}", "\u{FB33}", "😀"]
        func text() -> String { (0..<random(6)).map { _ in letters[random(letters.count)] }.joined() }
        func some<Value>(_ value: Value) -> Value? { random(2) == 0 ? nil : value }
        for _ in 0..<2_000 {
            let digest = CanonicalJSON.sha256Hex(text())
            var entry = AuditEntry(
                eventID: text(), time: Date(timeIntervalSince1970: Double(random(2_000_000_000))), workspaceID: text(),
                user: .init(name: text(), roles: (0..<random(3)).map { _ in text() }, kind: some(text())),
                serviceName: text(), actionName: text(),
                requestParams: Dictionary((0..<random(6)).map { _ in (text(), text()) }) { first, _ in first },
                response: .init(statusCode: random(600), errorCode: some(text()), errorMessage: some(text())),
                auditLevel: random(2) == 0 ? .account : .workspace, requestID: some(text()), sessionID: some(text()),
                sourceIPAddress: some(text()), userAgent: some(text()))
            (entry.beforeDigest, entry.afterDigest, entry.policyDigest) = (some(digest), some(digest), some(digest))
            let leaf = try entry.encoded()
            // Nothing is read that is not canonical.
            #expect(try AuditEntry(encoded: leaf) == entry, "seed \(seed)")
        }
    }

    @Test func `A long value is logged by its digest`() throws {
        let long = String(repeating: "ä", count: 2049)
        let bounded = entry(params: ["note": long, "stage": String(repeating: "x", count: 4096)]).bounded()
        #expect(bounded.requestParams["note"] == "sha256:\(CanonicalJSON.sha256Hex(long));bytes=4098")
        #expect(bounded.requestParams["stage"]?.utf8.count == 4096)
        #expect(bounded.bounded() == bounded)
    }

    @Test func `No entry is too large to be logged`() throws {
        let many = Dictionary(
            uniqueKeysWithValues: (0..<100).map { ("key \($0)", String(repeating: "v", count: 4000)) })
        let digest = try CanonicalJSON.object(many.mapValues { .string($0) }).sha256Hex()
        let bounded = try AuditEntry(encoded: entry(params: many).encoded())
        #expect(bounded.requestParams["request_params"]?.hasPrefix("sha256:\(digest);bytes=") == true)

        var vast = entry(params: [String(repeating: "k", count: 1 << 20): "v"])
        let controls = String(repeating: "\u{1}", count: 100_000)
        (vast.userAgent, vast.response.errorMessage, vast.sessionID) = (controls, controls, controls)
        (vast.workspaceID, vast.serviceName, vast.requestID) = (controls, controls, controls)
        vast.userIdentity = .init(name: controls, roles: [String](repeating: "reviewer", count: 50_000))
        let bytes = try vast.encoded()
        #expect(bytes.count <= AuditEntry.maximumSizeInBytes)
        #expect(try AuditEntry(encoded: bytes).userIdentity.roles.count == 1)
        #expect(try AuditEntry(encoded: bytes).encoded() == bytes)
    }

    @Test func `Bytes that no log wrote are refused`() throws {
        let good = String(decoding: try entry(params: ["a": "b"]).encoded(), as: UTF8.self)
        let changes = [
            ("\"version\":\"1.1\"", "\"version\":\"1.2\""), ("{\"action_name\"", "{\"Action_name\""),
            ("2026-03-01T", "2026-02-30T"), (".123456Z", ".123Z"),
            ("\"event_date\":\"2026-03-01\"", "\"event_date\":\"2026-03-02\""),
            ("{\"a\":\"b\"}", "{\"a\":1}"), ("{\"a\":\"b\"}", "[]"), ("200", "\"200\""), ("WORKSPACE_LEVEL", "LEVEL"),
            ("\"event_id\":\"e\",", ""), ("\"status_code\":200}", "\"status_code\":200,\"x\":1}"),
            ("{\"action_name\"", "{\"a\":1,\"action_name\""),
            ("\"action_name\"", "\"after_digest\":\"AB\",\"action_name\""),
        ]
        for (old, new) in changes {
            let text = good.replacingOccurrences(of: old, with: new)
            #expect(text != good, "\(old)")
            #expect(throws: AuditLogError.self, "\(old) → \(new)") { try AuditEntry(encoded: Array(text.utf8)) }
        }
        var wrong = entry()
        wrong.beforeDigest = "no digest"
        #expect(throws: AuditLogError.self) { try wrong.encoded() }
    }

    @Test func `Random changes of a leaf are refused or spell another entry, and never crash`() throws {
        let good = try entry(params: ["a": "b\n"]).encoded()
        var generator = SeededGenerator(seed: 11)
        for round in 0..<5000 {
            var bytes = good
            for _ in 0...(round % 4) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            if round % 7 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
            guard let read = try? AuditEntry(encoded: bytes) else { continue }
            #expect(try read.encoded() == bytes, "seed 11, round \(round)")
        }
    }

    @Test func `Times are UTC with six decimals and read back exactly`() throws {
        #expect(AuditTime.text(Date(timeIntervalSince1970: 0)) == "1970-01-01T00:00:00.000000Z")
        #expect(AuditTime.text(Date(timeIntervalSince1970: -0.5)) == "1969-12-31T23:59:59.500000Z")
        #expect(AuditTime.text(Date(timeIntervalSince1970: 951_782_400)) == "2000-02-29T00:00:00.000000Z")
        #expect(AuditTime.text(Date(timeIntervalSinceReferenceDate: 59.999_999_9)) == "2001-01-01T00:01:00.000000Z")
        #expect(AuditTime.text(Date(timeIntervalSince1970: -1e300)) == "0001-01-01T00:00:00.000000Z")
        #expect(AuditTime.text(.distantFuture).hasPrefix("4001-01-01T"))
        #expect(AuditTime.text(Date(timeIntervalSince1970: 1e300)) == "9999-12-31T23:59:59.000000Z")
        #expect(AuditTime.text(Date(timeIntervalSince1970: .nan)) == "2001-01-01T00:00:00.000000Z")
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            let micros = Int.random(in: 0...4_102_444_800_000_000, using: &generator)
            let text = AuditTime.text(Date(timeIntervalSince1970: Double(micros) / 1_000_000))
            #expect(
                text.hasSuffix(String(String(1_000_000 + micros % 1_000_000).dropFirst()) + "Z"), "seed 5, \(micros)")
            #expect(AuditTime.text(try #require(AuditTime.date(text))) == text, "seed 5, \(micros)")
        }
        for bad in ["", "2026-13-01T00:00:00.000000Z", "2025-02-29T00:00:00.000000Z", "2026-01-01T24:00:00.000000Z"] {
            #expect(AuditTime.date(bad) == nil)
        }
    }
}
