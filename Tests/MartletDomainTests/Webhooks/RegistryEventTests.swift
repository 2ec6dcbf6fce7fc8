import Foundation
import MartletDomain
import Testing

struct RegistryEventTests {
    private let id = ModelVersion.ID(name: "late", version: 8)

    private func object(_ payload: WebhookPayload, to webhook: String = "w") throws -> [String: Any] {
        let body = payload.body(at: 1_589_859_029_343, to: webhook)
        return try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
    }

    @Test func `A stage change has the fields that Databricks documents, under two names`() throws {
        let payload = WebhookPayload.moved(id, from: .unstaged, to: .production, way: .transition, by: "ann")
        let told = payload.inDatabricksWords(by: "ann")
        #expect(told.map(\.event) == [.registryTransitioned, .registryTransitionedToProduction])
        let body = try #require(told.first).body(at: 1_589_859_029_343, to: "c559")
        #expect(
            body == #"{"event": "MODEL_VERSION_TRANSITIONED_STAGE", "webhook_id": "c559", "#
                + #""event_timestamp": 1589859029343, "model_name": "late", "version": "8", "to_stage": "Production", "#
                + #""from_stage": "None", "text": "ann moved version 8 of 'late' from None to Production."}"#)
        let own = try #require(Stage(rawValue: "Shadow"))
        let other = WebhookPayload.moved(id, from: .staging, to: own, way: .transition, by: "ann")
        #expect(other.inDatabricksWords(by: "ann").map(\.event) == [.registryTransitioned])
    }

    @Test func `Tags, comments and requests have the fields that Databricks documents`() throws {
        let tag = WebhookPayload.tag("k\"", "v", of: "late", "8", isPrompt: false).inDatabricksWords(by: "ann")
        let tagged = try object(try #require(tag.first))
        #expect(tagged["event"] as? String == "MODEL_VERSION_TAG_SET" && tag.count == 1)
        #expect(tagged["tags"] as? [[String: String]] == [["key": "k\"", "value": "v"]])
        #expect(
            Set(tagged.keys) == ["event", "webhook_id", "event_timestamp", "model_name", "version", "tags", "text"])
        func activity(_ kind: ModelActivity.Kind) throws -> [WebhookPayload] {
            let activity = ModelActivity(
                id: "1", version: id, kind: kind, user: "ann", comment: "hm", from: .unstaged, to: .staging,
                createdAt: 0, updatedAt: 0)
            return try #require(WebhookPayload(activity)).inDatabricksWords(by: "ann")
        }
        let comment = try object(try #require(try activity(.newComment).first))
        #expect(comment["event"] as? String == "COMMENT_CREATED" && comment["comment"] as? String == "hm")
        let requests = try activity(.requestedTransition)
        #expect(requests.map(\.event) == [.registryRequested, .registryRequestedStaging])
        let request = try object(try #require(requests.first))
        #expect(request["to_stage"] as? String == "Staging" && request["from_stage"] as? String == "None")
        #expect(try activity(.rejectedRequest).isEmpty)
    }

    @Test func `A prompt is no model to Databricks, and neither is its tag`() {
        let mark = KeyedText("mlflow.prompt.is_prompt", "true")
        let told: [WebhookPayload] = [
            .created(model: "p", tags: [mark], description: nil),
            .created(version: id, source: "", runID: nil, tags: [mark], description: ""),
            .tag("a", "b", of: "p", "1", isPrompt: true), .tag("a", nil, of: "late", "8", isPrompt: false),
        ]
        for payload in told { #expect(payload.inDatabricksWords(by: "ann").isEmpty, "\(payload.event)") }
    }

    @Test(arguments: WebhookEvent.allCases) func `Each event has an example of its own`(event: WebhookEvent) throws {
        let example = WebhookPayload.example(of: event)
        #expect(example.event == event && !example.fields.isEmpty)
        let body = try object(example, to: "the id")
        if event.dialect == .databricks {
            #expect(body["event"] as? String == event.rawValue && body["webhook_id"] as? String == "the id")
            #expect((body["event_timestamp"] as? NSNumber)?.int64Value == 1_589_859_029_343)
            #expect((body["text"] as? String)?.isEmpty == false)
        } else {
            #expect(body["entity"] as? String == event.entity && body["action"] as? String == event.action)
        }
    }

    @Test func `MLflow's API shows the fifteen events that MLflow has, and each event has one manner`() {
        #expect(WebhookAPI.mlflow.events.count == 15)
        #expect(WebhookAPI.databricks.events.count == 12)
        #expect(WebhookAPI.martlet.events.count == WebhookEvent.allCases.count)
        #expect(!WebhookAPI.mlflow.knows(.stageChanged) && !WebhookAPI.mlflow.knows(.registryTransitioned))
        #expect(throws: WebhookError.self) { try WebhookAPI.mlflow.event(named: "model_version.stage_changed") }
        #expect(throws: WebhookError.self) { try WebhookAPI.databricks.event(named: "model_version.created") }
    }

    @Test func `Events of two manners, twice the same, and new models for a single one are refused`() {
        func problems(_ events: [WebhookEvent], _ dialect: WebhookDialect = .mlflow, one: Bool = false) -> Int {
            Webhook.problems(events: events, in: dialect, isOfOneModel: one).count
        }
        #expect(problems([.stageChanged, .modelVersionCreated], one: true) == 0)
        #expect(problems([]) == 1 && problems([.stageChanged, .stageChanged]) == 1)
        #expect(problems([.stageChanged, .registryTransitioned]) == 1)
        #expect(problems([.registryModelCreated], .databricks) == 0)
        #expect(problems([.registryModelCreated], .databricks, one: true) == 1)
        for text in ["Bearer abc", "Basic YTpi"] { #expect(Webhook.isHeader(text)) }
        for text in ["a\r\nX-Evil: 1", "ü", String(repeating: "a", count: 4_001)] { #expect(!Webhook.isHeader(text)) }
    }
}
