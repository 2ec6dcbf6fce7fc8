package import Foundation

/// Requests in which everything is right, to begin from.
package struct FuzzSeeds: Sendable {
    struct Seed: Sendable {
        var method: String
        var path: String
        var query: [(name: String, value: String)] = []
        var body: FuzzJSON?
    }

    let seeds: [Seed]
    /// Names of members that occur anywhere, to be used where they do not belong.
    let names: [String]

    /// - Parameter golden: The folder with the exchanges that were recorded of MLflow's client: `Tests/Golden`.
    package init(golden: URL) throws {
        var seeds: [Seed] = []
        for file in ["mlflow/tracking-exchanges.json", "mlflow-registry/registry-exchanges.json"] {
            let document = try JSONSerialization.jsonObject(with: Data(contentsOf: golden.appending(path: file)))
            for exchange in document as? [[String: Any]] ?? [] {
                guard let method = exchange["method"] as? String, let path = exchange["path"] as? String else {
                    continue
                }
                let query = (exchange["query"] as? [[String]] ?? []).compactMap { pair in
                    pair.count == 2 ? (name: pair[0], value: pair[1]) : nil
                }
                let body = exchange["request"].flatMap { $0 is NSNull ? nil : FuzzJSON(value: $0) }
                seeds.append(Seed(method: method, path: path, query: query, body: body))
            }
        }
        for line in Self.others.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
            let target = parts[1].split(separator: "?", maxSplits: 1).map(String.init)
            let query = (target.count > 1 ? target[1] : "").split(separator: "&").map { pair in
                let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                return (name: sides[0], value: sides.count > 1 ? sides[1].removingPercentEncoding ?? "" : "")
            }
            let body = parts.count > 2 ? try FuzzJSON(Data(parts[2].utf8)) : nil
            seeds.append(Seed(method: parts[0], path: target[0], query: query, body: body))
        }
        self.seeds = seeds
        var names: Set<String> = []
        for seed in seeds { seed.body?.addNames(to: &names) }
        self.names = names.sorted()
    }

    /// What was not recorded.
    private static let others = #"""
        GET /health
        GET /version
        GET /get-artifact?run_id=R&path=model/MLmodel
        GET /api/2.0/mlflow/artifacts/list?run_id=R&path=model&page_token=
        GET /api/2.0/mlflow/metrics/get-history?run_id=R&metric_key=m0&max_results=5&page_token=
        GET /api/2.0/mlflow/metrics/get-history-bulk?run_id=R&run_id=R&metric_key=m0&max_results=10
        GET /ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids=R&metric_key=m0&start_step=0&end_step=10&max_results=5
        PUT /api/2.0/mlflow-artifacts/artifacts/0/R/artifacts/notes/a.txt
        GET /api/2.0/mlflow-artifacts/artifacts/0/R/artifacts/model/MLmodel
        DELETE /api/2.0/mlflow-artifacts/artifacts/0/R/artifacts/notes/a.txt
        POST /api/2.0/mlflow-artifacts/mpu/create/0/R/artifacts/big {"path": "big", "num_parts": 2}
        POST /api/2.0/mlflow-artifacts/mpu/complete/0/R/artifacts/big {"path": "big", "upload_id": "u", "parts": [{"part_number": 1, "etag": "e", "url": ""}]}
        POST /api/2.0/mlflow-artifacts/mpu/abort/0/R/artifacts/big {"path": "big", "upload_id": "u"}
        POST /api/2.0/mlflow/runs/log-model {"run_id": "R", "model_json": "{\"run_id\": \"R\", \"artifact_path\": \"model\", \"flavors\": {}}"}
        POST /api/2.0/mlflow/experiments/delete-experiment-tag {"experiment_id": "0", "key": "a"}
        POST /api/2.0/mlflow/experiments/search-datasets {"experiment_ids": ["0"]}
        GET /api/2.0/mlflow/experiments/search?max_results=10&filter=name%20LIKE%20'a%25'&order_by=name%20DESC&view_type=ALL
        POST /api/2.0/mlflow/runs/search {"experiment_ids": ["0"], "filter": "params.p0 = 'v3'", "order_by": ["metrics.m0 DESC"], "max_results": 5, "page_token": "", "run_view_type": "ALL"}
        POST /api/2.0/mlflow/logged-models/search {"experiment_ids": ["0"], "filter": "name = 'model'", "order_by": [{"field_name": "creation_time", "ascending": false}], "datasets": [{"dataset_name": "d", "dataset_digest": "x"}], "max_results": 5, "page_token": ""}
        POST /api/2.0/mlflow/logged-models/M/params {"params": [{"key": "a", "value": "b"}]}
        GET /api/2.0/mlflow/logged-models/M/artifacts/directories?artifact_directory_path=model
        DELETE /api/2.0/mlflow/logged-models/M/tags/a
        POST /api/2.0/mlflow/traces {"experiment_id": "0", "timestamp_ms": 1700000000000, "request_metadata": [{"key": "a", "value": "b"}], "tags": []}
        POST /api/3.0/mlflow/traces {"trace": {"trace_info": {"trace_id": "tr-1", "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}, "request_time": "2026-01-01T00:00:00Z", "state": "OK", "tags": {"a": "b"}}}}
        POST /api/3.0/mlflow/traces/search {"locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}], "filter": "tags.a = 'b'", "max_results": 10, "order_by": ["timestamp_ms DESC"]}
        GET /api/2.0/mlflow/traces?experiment_ids=0&filter=&max_results=10&order_by=timestamp_ms%20DESC
        GET /api/3.0/mlflow/traces/tr-1
        PATCH /api/3.0/mlflow/traces/tr-1/tags {"key": "a", "value": "b"}
        DELETE /api/2.0/mlflow/traces/tr-1/tags?key=a
        POST /api/2.0/mlflow/traces/delete-traces {"experiment_id": "0", "request_ids": ["tr-1"], "max_timestamp_millis": 1}
        POST /api/3.0/mlflow/traces/tr-1/assessments {"assessment": {"assessment_name": "a", "source": {"source_type": "HUMAN", "source_id": "reviewer"}, "feedback": {"value": true}}}
        POST /api/3.0/mlflow/datasets/create {"name": "d", "experiment_ids": ["0"]}
        POST /api/3.0/mlflow/datasets/search {"experiment_ids": ["0"], "filter_string": "name = 'd'", "max_results": 5}
        POST /api/2.0/mlflow/webhooks {"name": "w", "url": "http://127.0.0.1:1/", "events": [{"entity": "REGISTERED_MODEL", "action": "CREATED"}], "secret": "s", "status": "ACTIVE"}
        GET /api/2.0/mlflow/webhooks?max_results=5
        GET /api/2.0/mlflow/webhooks/w-1
        POST /api/2.0/mlflow/webhooks/w-1/test {}
        POST /api/2.0/mlflow/registry-webhooks/create {"model_name": "m", "events": ["COMMENT_CREATED"], "description": "d", "status": "TEST_MODE", "http_url_spec": {"url": "http://127.0.0.1:1/", "enable_ssl_verification": true, "secret": "s", "authorization": "Bearer b"}}
        GET /api/2.0/mlflow/registry-webhooks/list?model_name=m&events=COMMENT_CREATED&max_results=5&page_token=
        PATCH /api/2.0/mlflow/registry-webhooks/update {"id": "w-1", "events": ["COMMENT_CREATED"], "status": "ACTIVE", "http_url_spec": {"url": "http://127.0.0.1:1/"}}
        POST /api/2.0/mlflow/registry-webhooks/test {"id": "w-1", "event": "COMMENT_CREATED"}
        DELETE /api/2.0/mlflow/registry-webhooks/delete?id=w-1
        POST /api/martlet/1.0/webhooks/create {"name": "w", "url": "http://127.0.0.1:1/", "events": ["sign_off.given"], "model": "m", "secret": "s"}
        POST /api/martlet/1.0/webhooks/update {"webhook_id": "w-1", "events": ["sign_off.given"], "status": "ACTIVE"}
        GET /api/2.0/mlflow/registered-models/search?filter=name%20LIKE%20'm%25'&max_results=3&order_by=name%20DESC&page_token=
        GET /api/2.0/mlflow/model-versions/search?filter=name='fuzzed'%20and%20tags.k%20=%20'v'&max_results=3&order_by=version_number%20DESC&page_token=
        POST /api/2.0/mlflow/transition-requests/create {"name": "fuzzed", "version": "1", "stage": "Staging", "comment": "c"}
        GET /api/2.0/mlflow/transition-requests/list?name=fuzzed&version=1
        POST /api/2.0/mlflow/comments/create {"name": "fuzzed", "version": "1", "comment": "c"}
        GET /api/2.0/mlflow/model-versions/get-by-name?name=fuzzed
        POST /api/2.1/jobs/create {"name": "j", "tasks": [{"task_key": "a", "depends_on": [], "run_if": "ALL_SUCCESS"}], "schedule": {"quartz_cron_expression": "0 0 * * * ?", "timezone_id": "UTC"}}
        POST /api/2.1/jobs/run-now {"job_id": 1, "idempotency_token": "t"}
        GET /api/2.1/jobs/list?limit=5&offset=0&name=j
        GET /api/2.1/jobs/runs/get?run_id=1
        POST /api/2.1/jobs/runs/cancel {"run_id": 1}
        POST /invocations {"dataframe_split": {"columns": ["a"], "data": [[1]]}}
        POST /v2/models/fuzzed/infer {"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP64", "data": [1.0, 2.0]}]}
        GET /v2/models/fuzzed
        POST /api/martlet/1.0/datasets/list {}
        POST /api/martlet/1.0/datasets/show {"table": "shop.sales", "version": 1}
        POST /api/martlet/1.0/datasets/history {"table": "shop.sales"}
        POST /api/martlet/1.0/datasets/derive {"table": "shop.derived", "sql": "SELECT 1 AS a", "inputs": {"t": "shop.sales"}, "mode": "overwrite"}
        POST /api/martlet/1.0/datasets/import {"table": "shop.sales", "upload": "u", "file_name": "a.csv", "mode": "append"}
        POST /api/martlet/1.0/features/apply {"name": "f", "definition": "name: f\nentity: id\n"}
        POST /api/martlet/1.0/features/training-set {"table": "shop.set", "recipe": {}, "from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
        POST /api/martlet/1.0/models/train {"specification": {"model": "fuzzed"}}
        POST /api/martlet/1.0/models/gate {"model": "fuzzed", "version": "1", "on": {"table": "shop.sales", "version": 1}, "minimum_area_under_roc": 0.5}
        POST /api/martlet/1.0/monitoring/check {"model": "fuzzed", "predictions": "shop.sales", "from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "experiment": "e"}
        POST /api/martlet/1.0/monitoring/plan {"plan": {"model": "fuzzed", "owner": "engineer", "frequency": "P1D"}}
        POST /api/martlet/1.0/monitoring/plan/get {"model": "fuzzed"}
        POST /api/martlet/1.0/quality/run {"suite": "table: shop.sales\nchecks: []\n", "as_of": "2026-01-01T00:00:00Z"}
        POST /api/martlet/1.0/registry/sign-off {"model": "fuzzed", "version": "1", "stage": "Production", "comment": "c"}
        POST /api/martlet/1.0/registry/sign-offs {"model": "fuzzed", "version": "1"}
        POST /api/martlet/1.0/registry/gates {"model": "fuzzed", "version": "1", "stage": "Production"}
        POST /api/martlet/1.0/registry/history {"model": "fuzzed", "at": 1700000000000}
        POST /api/martlet/1.0/scoring/batch {"model_uri": "models:/fuzzed/Production", "from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "predictions": "shop.predictions"}
        POST /api/martlet/1.0/scoring/predictions {"table": "shop.sales", "from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "limit": 10}
        POST /api/martlet/1.0/scoring/why {"prediction_id": "p-1"}
        POST /api/martlet/1.0/audit/checkpoint {}
        POST /api/martlet/1.0/audit/entries {"from": 0, "limit": 5}
        POST /api/martlet/1.0/identity/me {}
        POST /api/martlet/1.0/identity/users {}
        """#
}

extension FuzzJSON {
    fileprivate func addNames(to names: inout Set<String>) {
        switch self {
        case .raw: return
        case .array(let elements): for element in elements { element.addNames(to: &names) }
        case .object(let members):
            for member in members {
                names.insert(member.name)
                member.value.addNames(to: &names)
            }
        }
    }
}
