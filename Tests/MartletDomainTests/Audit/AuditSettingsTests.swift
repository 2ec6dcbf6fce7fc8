import Foundation
import MartletDomain
import Testing
import Yams

@Suite struct AuditSettingsTests {
    private func settings(_ yaml: String) throws -> AuditSettings {
        try YAMLDecoder().decode(AuditSettings.self, from: yaml)
    }

    @Test func `What martlet.yaml says of the log is read, and what it leaves out is strict`() throws {
        #expect(try settings("{}") == AuditSettings())
        #expect(!AuditSettings().isPublic && AuditSettings().checkpointEvery == .minutes(5))
        let read = try settings(
            """
            public: true
            reads: [registry.get_model_version, "tracking.*"]
            reads_before_answer: true
            checkpoint_every: 90s
            push: [/mnt/elsewhere]
            """)
        #expect(read.isPublic && read.readsBeforeAnswer && read.checkpointEvery.milliseconds == 90_000)
        #expect(read.records("tracking.search_runs") && read.records("registry.get_model_version"))
        #expect(!read.records("registry.get_registered_model") && !read.records("trackings.x"))
        #expect(try settings(String(decoding: JSONEncoder().encode(read), as: UTF8.self)) == read)
    }

    @Test(arguments: [
        "publik: true", "reads: [tracking]", "reads: ['tracking.*.x']", "checkpoint_every: 5",
        "checkpoint_every: 0s", "checkpoint_every: 5 minutes", "public: maybe",
    ])
    func `A mistake in it is refused`(_ yaml: String) {
        #expect(throws: (any Error).self) { try settings(yaml) }
    }

    @Test(arguments: [("30s", 30_000), ("5m", 300_000), ("12h", 43_200_000), ("7d", 604_800_000), ("90s", 90_000)])
    func `A length of time is a number and a letter`(_ text: String, _ milliseconds: Int64) throws {
        let span = try #require(TimeSpan(text))
        #expect(span.milliseconds == milliseconds && TimeSpan(span.description) == span)
    }

    @Test func `Whatever puts a version in front of callers is a promotion`() {
        for (name, parameters, isPromotion) in [
            ("transition_stage", ["stage": "Production"], true), ("transition_stage", ["stage": "Staging"], false),
            ("set_registered_model_alias", ["alias": "champion"], true), ("roll_back", [:], true),
            ("delete_registered_model_alias", ["alias": "champion"], false), ("create_model_version", [:], false),
            ("approve_transition_request", ["stage": "Production"], false),
            ("approve_transition_request", ["stage": "Production", "applied": "true"], true),
            ("sign_off", ["stage": "Production"], false), ("break_glass", ["stage": "Production"], true),
        ] as [(String, [String: String], Bool)] {
            #expect(AuditAction("registry", name, parameters).isPromotion == isPromotion, "\(name)")
        }
        #expect(!AuditAction("tracking", "transition_stage", ["stage": "Production"]).isPromotion)
    }

    @Test func `What an entry is about are the names in it`() {
        #expect(
            AuditQuery.objects(of: ["name": "m", "version": "3", "stage": "Production", "run_id": "r"])
                == ["m", "m/3", "r"])
        #expect(AuditQuery.objects(of: ["name": String(repeating: "x", count: 300), "path": ""]).isEmpty)
    }
}
