import HTTPTypes
import Hummingbird
import MartletDomain

/// What MLflow's server has and this one has not: the GenAI area, the gateway, jobs, workspaces.
///
/// Clients probe some of it before they do what is provided. They are told what is true in MLflow's own words: a list of
/// what there is none of is empty, a thing that is asked for by name does not exist, and what would make one is not
/// implemented. Routes of ours come before this table.
struct UnprovidedEndpoint: Sendable {
    let method: HTTPRequest.Method
    /// The parts of the path after `…/mlflow/` or, for others, after the root; nil stands for any.
    let parts: [String?]
    let answer: Answer

    enum Answer: Sendable {
        /// There are none.
        case nothing
        /// No numbers of traces were deleted.
        case none(deleted: String)
        /// This kind of thing is not there.
        case missing(String)
        /// This kind of thing cannot be made or done.
        case notImplemented(String)
        /// The gateway is switched off.
        case noGateway
        /// Workspaces are switched off.
        case noWorkspaces
    }

    /// The answer to a request that no route takes; nil when MLflow's server has no such endpoint either.
    static func answer(_ method: HTTPRequest.Method, _ path: String) throws -> Response? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard let first = parts.first, parts.count <= 16 else { return nil }
        let isAPI = ["api", "ajax-api"].contains(first) && parts.count > 3
        if isAPI, ["2.0", "3.0"].contains(parts[1]), parts[2] == "mlflow" {
            let rest = Array(parts[3...])
            if let family = families.first(where: { rest.first == $0.name }) { return try respond(family.answer) }
            return try find(method, rest, in: table).map(respond)
        }
        return try find(method, parts, in: rootTable).map(respond)
    }

    private static func find(
        _ method: HTTPRequest.Method, _ parts: [String], in table: [UnprovidedEndpoint]
    ) -> Answer? {
        // A HEAD asks for what a GET would get.
        let method = method == .head ? .get : method
        return table.first { entry in
            entry.method == method && (entry.parts.count == parts.count || entry.parts.last == "**")
                && zip(entry.parts, parts).allSatisfy { $0 == nil || $0 == "**" || $0 == $1 }
                && parts.count >= entry.parts.count
        }?.answer
    }

    private static func respond(_ answer: Answer) throws -> Response {
        switch answer {
        case .nothing: return try jsonResponse([String: String]())
        case .none(let deleted): return try jsonResponse([deleted: 0])
        case .missing(let what):
            return try errorResponse(.resourceDoesNotExist, "There is no such \(what): this server keeps none.")
        case .notImplemented(let what):
            return try errorResponse(.notImplemented, "\(what) are not provided by this server; nothing was changed.")
        case .noGateway:
            return try errorResponse(.notImplemented, "The AI gateway is disabled on this server.")
        case .noWorkspaces:
            return try errorResponse(.featureDisabled, "Workspaces are disabled on this server.")
        }
    }
}

extension UnprovidedEndpoint {
    /// `{…}` stands for any part, `**` for any rest.
    fileprivate init(_ method: HTTPRequest.Method, _ path: String, _ answer: Answer) {
        self.method = method
        parts = path.split(separator: "/").map { $0.hasPrefix("{") ? nil : String($0) }
        self.answer = answer
    }

    /// Whole families of endpoints that are answered alike.
    private static let families: [(name: String, answer: Answer)] = [
        ("gateway", .noGateway), ("gateway-proxy", .noGateway), ("workspaces", .noWorkspaces),
        ("mcp-servers", .notImplemented("MCP servers")), ("skills", .notImplemented("Skills")),
        ("assistant", .notImplemented("Assistants")), ("demo", .notImplemented("Demonstrations")),
    ]

    private static let traces = Answer.notImplemented("Traces")
    private static let labels = Answer.notImplemented("Label schemas")
    private static let reviews = Answer.notImplemented("Review queues")
    private static let datasets = Answer.notImplemented("Evaluation datasets")
    private static let scorers = Answer.notImplemented("Scorers")
    private static let jobs = Answer.notImplemented("Jobs")

    private static let table: [UnprovidedEndpoint] = [
        // Traces and what is said of them.
        .init(.get, "traces", .nothing), .init(.post, "traces", traces), .init(.post, "traces/search", .nothing),
        .init(.get, "traces/get", .missing("trace")), .init(.get, "traces/batchGet", .nothing),
        .init(.post, "traces/batchGetInfos", .nothing), .init(.post, "traces/metrics", .nothing),
        .init(.post, "traces/delete-traces", .none(deleted: "traces_deleted")),
        .init(.post, "traces/link-to-run", .missing("trace")), .init(.post, "traces/link-prompts", .missing("trace")),
        .init(.post, "traces/calculate-filter-correlation", traces),
        .init(.get, "traces/{trace_id}", .missing("trace")), .init(.patch, "traces/{trace_id}", .missing("trace")),
        .init(.get, "traces/{trace_id}/info", .missing("trace")),
        .init(.patch, "traces/{trace_id}/tags", .missing("trace")),
        .init(.delete, "traces/{trace_id}/tags", .missing("trace")),
        .init(.post, "traces/{trace_id}/assessments", .missing("trace")),
        .init(.get, "traces/{trace_id}/assessments/{assessment_id}", .missing("trace")),
        .init(.patch, "traces/{trace_id}/assessments/{assessment_id}", .missing("trace")),
        .init(.delete, "traces/{trace_id}/assessments/{assessment_id}", .missing("trace")),
        .init(.get, "get-trace-artifact", .missing("trace")), .init(.get, "get-online-trace-details", traces),
        .init(.get, "unified-traces", traces),
        // Issues that were found in traces.
        .init(.post, "issues", traces), .init(.post, "issues/search", .nothing), .init(.post, "issues/invoke", jobs),
        .init(.post, "issues/schedule/state", jobs), .init(.get, "issues/{issue_id}", .missing("issue")),
        .init(.patch, "issues/{issue_id}", .missing("issue")),
        // Evaluation datasets.
        .init(.get, "datasets/search", .nothing), .init(.post, "datasets/search", .nothing),
        .init(.post, "datasets/create", datasets), .init(.get, "datasets/{dataset_id}", .missing("dataset")),
        .init(.delete, "datasets/{dataset_id}", .missing("dataset")),
        .init(.post, "datasets/{dataset_id}/add-experiments", .missing("dataset")),
        .init(.post, "datasets/{dataset_id}/remove-experiments", .missing("dataset")),
        .init(.get, "datasets/{dataset_id}/experiment-ids", .missing("dataset")),
        .init(.get, "datasets/{dataset_id}/records", .missing("dataset")),
        .init(.post, "datasets/{dataset_id}/records", .missing("dataset")),
        .init(.delete, "datasets/{dataset_id}/records", .missing("dataset")),
        .init(.patch, "datasets/{dataset_id}/tags", .missing("dataset")),
        .init(.delete, "datasets/{dataset_id}/tags/{key}", .missing("dataset")),
        // Scorers.
        .init(.get, "scorers/list", .nothing), .init(.get, "scorers/versions", .missing("scorer")),
        .init(.get, "scorers/get", .missing("scorer")), .init(.delete, "scorers/delete", .missing("scorer")),
        .init(.post, "scorers/register", scorers), .init(.put, "scorers/online-config", scorers),
        .init(.get, "scorers/online-configs", .nothing), .init(.post, "scorer/invoke", scorers),
        .init(.post, "genai/evaluate/invoke", jobs),
        // Label schemas and review queues.
        .init(.get, "label-schemas/list", .nothing), .init(.post, "label-schemas/create", labels),
        .init(.get, "label-schemas/get", .missing("label schema")),
        .init(.get, "label-schemas/get-by-name", .missing("label schema")),
        .init(.patch, "label-schemas/update", .missing("label schema")),
        .init(.delete, "label-schemas/delete", .missing("label schema")),
        .init(.get, "review-queues/list", .nothing), .init(.post, "review-queues/create", reviews),
        .init(.post, "review-queues/get-or-create-user", reviews),
        .init(.get, "review-queues/get", .missing("review queue")),
        .init(.get, "review-queues/get-by-name", .missing("review queue")),
        .init(.post, "review-queues/update", .missing("review queue")),
        .init(.post, "review-queues/delete", .missing("review queue")),
        .init(.get, "review-queues/items/list", .missing("review queue")),
        .init(.post, "review-queues/items/{verb}", .missing("review queue")),
        // Jobs, also those that improve prompts.
        .init(.get, "prompt-optimization/jobs/search", .nothing),
        .init(.post, "prompt-optimization/jobs/search", .nothing), .init(.post, "prompt-optimization/jobs", jobs),
        .init(.get, "prompt-optimization/jobs/{job_id}", .missing("job")),
        .init(.delete, "prompt-optimization/jobs/{job_id}", .missing("job")),
        .init(.post, "prompt-optimization/jobs/{job_id}/cancel", .missing("job")),
        .init(.get, "jobs/{job_id}", .missing("job")), .init(.patch, "jobs/cancel/{job_id}", .missing("job")),
        .init(.post, "runs/create-promptlab-run", .notImplemented("Prompts that a gateway answers")),
        // The interface's own.
    ]

    /// Outside `…/mlflow/`.
    private static let rootTable: [UnprovidedEndpoint] = [
        .init(.post, "v1/traces", traces), .init(.get, "gateway/**", .noGateway),
        .init(.post, "gateway/**", .noGateway),
        .init(.get, "ajax-api/3.0/jobs/{job_id}", .missing("job")), .init(.post, "ajax-api/3.0/jobs", jobs),
        .init(.patch, "ajax-api/3.0/jobs/cancel/{job_id}", .missing("job")),
        .init(.post, "ajax-api/3.0/jobs/search", .nothing),
    ]
}
