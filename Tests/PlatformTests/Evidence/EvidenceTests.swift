import AuditLog
import Foundation
import MartletDomain
import Platform
import TestKit
import Testing

struct EvidenceTests {
    /// A workspace with a model in Production that was scored and looked at once, and its pack.
    private func packed(_ body: (Platform, Data) async throws -> Void) async throws {
        try await withWorkspace { platform in
            let made = try await Deliveries.train(platform)
            _ = try await platform.registry.transition(Deliveries.model, "1", to: .production, by: .anyone)
            try await platform.registry.setMonitoringPlan(
                MonitoringPlan(
                    model: Deliveries.model, owner: "anyone", frequency: .monthly, reference: made.training,
                    thresholds: .init(), retrainingTrigger: .manual), by: .anyone)
            _ = try await platform.scoring.scoreBatch(
                "models:/\(Deliveries.model)/Production", in: Deliveries.window(Deliveries.served),
                into: TableName(Deliveries.predictions), by: .anyone)
            _ = try await platform.monitoring.check(
                Deliveries.model, predictions: TableName(Deliveries.predictions),
                in: Deliveries.window(Deliveries.served), labelsKnownAt: nil, experiment: "monitoring", by: .anyone)
            try await body(
                platform, try await platform.evidence.pack("models:/\(Deliveries.model)/Production", by: .anyone))
        }
    }

    @Test func `A pack has every section, says what is missing, and verifies`() async throws {
        try await packed { platform, pack in
            let archive = try ZipArchive(reading: pack)
            let manifest = try JSONDecoder().decode(
                EvidenceManifest.self, from: try #require(archive[EvidenceManifest.path]))
            #expect(manifest.sections.map(\.kind) == EvidenceSection.Kind.allCases)
            for section in manifest.sections {
                #expect(section.files.allSatisfy { archive[$0] != nil }, "\(section)")
                #expect((section.state == .present) == section.missing.isEmpty, "\(section)")
            }
            let states = Dictionary(uniqueKeysWithValues: manifest.sections.map { ($0.kind, $0.state) })
            #expect(states[.files] == .present && states[.lineage] == .present && states[.monitoringPlan] == .present)
            #expect(states[.trainingData] == .present && states[.monitoringResults] == .present)
            // Nobody signed, and nobody wrote a card.
            #expect(states[.approvals] == .partial && states[.modelCard] == .partial)
            let index = String(decoding: try #require(archive["index.html"]), as: UTF8.self)
            #expect(index.contains("Missing: sign-offs") && index.contains("SR 11-7") && index.contains("EU AI Act"))
            for link in index.matches(of: /href="([^"]+)"/).map({ String($0.output.1) }) {
                #expect(archive[link.removingPercentEncoding ?? link] != nil, "\(link)")
            }
            let found = try EvidenceVerification(of: pack, trusting: "\(platform.audit.verificationKey)")
            #expect(found.problems == [] && found.provenEntries > 3 && !found.keyIsFromPack)
        }
    }

    @Test func `A changed, added or missing file of a pack is named, and another key signs nothing`() async throws {
        try await packed { _, pack in
            let archive = try ZipArchive(reading: pack)
            for file in archive.files where file.path != EvidenceManifest.notePath {
                var changed = archive
                let place = try #require(changed.files.firstIndex { $0.path == file.path })
                changed.files[place].data.append(0x20)
                let found = try EvidenceVerification(of: changed.encoded())
                #expect(!found.problems.isEmpty, "\(file.path)")
            }
            var fewer = archive
            fewer.files.removeAll { $0.path == "approvals.json" }
            #expect(try EvidenceVerification(of: fewer.encoded()).problems == ["approvals.json is missing"])
            let more = ZipArchive(archive.files + [.init("x.html", Data("x".utf8))])
            #expect(try EvidenceVerification(of: more.encoded()).problems == ["x.html was added"])
            let other = try LogSigningKey.generate(name: "martlet/other").verificationKey
            #expect(!(try EvidenceVerification(of: pack, trusting: "\(other)")).problems.isEmpty)
        }
    }

    @Test func `The same files make the same archive, and no damage to it stops the reader`() throws {
        let archive = ZipArchive([.init("a/b.txt", Data("one".utf8)), .init("ü", Data()), .init("c", Data([0, 1]))])
        let bytes = try archive.encoded()
        #expect(try archive.encoded() == bytes && ZipArchive(reading: bytes) == archive)
        for count in 0..<bytes.count { #expect(throws: ZipError.self) { try ZipArchive(reading: bytes.prefix(count)) } }
        for place in bytes.indices {
            for bit in [1, 0x80] as [UInt8] {
                var damaged = bytes
                damaged[place] ^= bit
                _ = try? ZipArchive(reading: damaged)
            }
        }
        for name in ["../x", "/x", "a//b", ".", "a/../b", "a\\b"] {
            #expect(throws: ZipError.self, "\(name)") {
                try ZipArchive(reading: ZipArchive([.init(name, Data())]).encoded())
            }
        }
    }
}
