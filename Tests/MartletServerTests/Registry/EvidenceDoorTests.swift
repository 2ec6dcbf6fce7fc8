import Foundation
import HTTPTypes
import Martlet
import MartletDomain
import Platform
import Synchronization
import TestKit
import Testing

struct EvidenceDoorTests {
    @Test func `Why, its page, the seal and the pack are had through the SDK and over HTTP`() async throws {
        try await withServer(policy: .governed) { server in
            let job = try await DeliveriesJob(server)
            let (_, training, holdout) = try await job.train()
            #expect(try await job.serve(reference: training, holdout: holdout) == nil)
            _ = try await job.score()
            let id = try await job.predictions()[0].id
            let why = try await job.checker.explainPrediction(id)
            #expect(why.replay.outcome == .equal && why.contributions != nil && why.seal?.state == .intact)
            let page = try await server.ask(
                .post, "/api/martlet/1.0/scoring/why/page", body: Data(#"{"prediction_id":"\#(id)"}"#.utf8),
                token: try await server.token(.auditor, named: "aud"))
            #expect(page.status == 200 && page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.text.contains("Why \(id)"))

            let uri = ModelURI(name: Deliveries.model, .stage(.production))
            let seal = try await job.checker.verifyModelFiles(uri)
            #expect(seal.state == .intact && seal.root?.count == 64 && seal.files.count > 3)

            let bytes = Mutex(Data())
            try await job.checker.evidencePack(uri) { data in bytes.withLock { $0.append(data) } }
            let pack = bytes.withLock(\.self)
            let found = try EvidenceVerification(of: pack, trusting: "\(server.platform.audit.verificationKey)")
            #expect(found.problems == [] && found.provenEntries > 3)
            let approvals = try #require(try ZipArchive(reading: pack)["approvals.json"])
            let entries = try JSON(approvals)
            #expect("\(entries)".contains("checker") && "\(entries)".contains("director"))
        }
    }
}
