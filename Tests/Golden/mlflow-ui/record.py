"""Records what MLflow's server answers to the requests that its own interface makes: histories of many runs, datasets,
GraphQL. `python record.py http://127.0.0.1:5000` on a fresh `mlflow server` 3.18 writes interface-exchanges.json.

`setup` is what both servers are told first. In requests and answers `${run0}` … and `${experiment}` stand for ids.
"""

import json
import math
import pathlib
import sys
import urllib.error
import urllib.request

url = sys.argv[1]


def ask(method, path, body=None, headers=None):
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if headers is None else headers
    request = urllib.request.Request(url + path, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def metrics(key, points):
    return [{"key": key, "value": v, "timestamp": t, "step": s} for v, t, s in points]


runs = [
    # Steps and times rise together.
    metrics("loss", [(round(math.exp(-s / 10), 6), 1_000 + 10 * s, s) for s in range(37)])
    + metrics("once", [(0.5, 2_000, 3)]),
    # All at one step, as log_metric without a step does.
    metrics("loss", [(round(0.01 * i, 6), 5_000 + i, 0) for i in range(25)])
    # Steps fall while times rise, some are below zero, and there are ties.
    + metrics("odd", [(i % 4, 9_000 + i // 3, 10 - i) for i in range(23)])
    + metrics("odd", [("NaN", 9_100, -20), ("NaN", 9_200, 40), ("Infinity", 9_001, 5), ("-Infinity", 9_001, 6)]),
    metrics("loss", [(1.5, 7_000, 2), (1.5, 7_000, 1), (-2.5, 6_999, 2), (0, 7_001, 2)]),
    [],
]
datasets = [
    [("flights", "d1", "training"), ("flights", "d1", "training")],
    [("flights", "d1", "eval"), ("weather", "d2", None)],
    [("flights", "d1", "training")],
    [],
]

status, text = ask("POST", "/api/2.0/mlflow/experiments/create", {"name": "interface", "tags": [{"key": "team", "value": "delays"}]})
assert status == 200, text
ids = {"experiment": json.loads(text)["experiment_id"]}
setup = {"experiment": {"name": "interface", "tags": [{"key": "team", "value": "delays"}]}, "runs": []}
for number, (points, inputs) in enumerate(zip(runs, datasets)):
    create = {"run_name": f"run {number}", "start_time": 1_000_000 + number, "user_id": "engineer", "tags": []}
    made = json.loads(ask("POST", "/api/2.0/mlflow/runs/create", {**create, "experiment_id": ids["experiment"]})[1])
    ids[f"run{number}"] = run = made["run"]["info"]["run_id"]
    batch = {"metrics": points, "params": [{"key": "depth", "value": str(number)}], "tags": [{"key": "a", "value": "ü"}]}
    status, text = ask("POST", "/api/2.0/mlflow/runs/log-batch", {"run_id": run, **batch})
    assert status == 200, text
    told = [
        {
            "tags": [{"key": "mlflow.data.context", "value": context}] if context else [],
            "dataset": {"name": name, "digest": digest, "source_type": "local", "source": "{}", "schema": "{}", "profile": "{}"},
        }
        for name, digest, context in dict.fromkeys(inputs)
    ]
    if told:
        status, text = ask("POST", "/api/2.0/mlflow/runs/log-inputs", {"run_id": run, "datasets": told})
        assert status == 200, text
    if number == 0:
        finish = {"status": "FINISHED", "end_time": 2_000_000}
        assert ask("POST", "/api/2.0/mlflow/runs/update", {"run_id": run, **finish})[0] == 200
    setup["runs"].append({"create": create, "batch": batch, "datasets": told, "finish": finish if number == 0 else None})

bulk = "/ajax-api/2.0/mlflow/metrics/get-history-bulk?"
interval = "/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?"
search = "/ajax-api/2.0/mlflow/experiments/search-datasets"
all_runs = "&".join(f"run_ids=${{run{n}}}" for n in range(4))
requests = [
    ("GET", bulk + "run_id=${run0}&metric_key=loss&max_results=5", None),
    ("GET", bulk + "run_id=${run2}&metric_key=loss", None),
    ("GET", bulk + "run_id=${run0}&metric_key=none", None),
    ("GET", bulk + "run_id=nobody&metric_key=loss", None),
    ("GET", bulk + "run_id=${run2}&metric_key=loss&max_results=0", None),
    ("GET", bulk + "metric_key=loss", None),
    ("GET", bulk + "run_id=${run0}", None),
    ("GET", bulk + "&".join(["run_id=x"] * 101) + "&metric_key=loss", None),
    *(("GET", interval + f"{all_runs}&metric_key=loss&max_results={n}", None) for n in (1, 2, 3, 4, 7, 24, 25, 26, 36, 37, 38, 320)),
    *(("GET", interval + f"run_ids=${{run1}}&metric_key=odd&max_results={n}", None) for n in (1, 2, 5, 8, 26, 27, 100)),
    ("GET", interval + f"{all_runs}&metric_key=loss", None),
    ("GET", interval + "run_ids=${run2}&run_ids=${run0}&run_ids=${run2}&metric_key=loss&max_results=2", None),
    ("GET", interval + "run_ids=${run0}&metric_key=loss&start_step=5&end_step=20&max_results=4", None),
    ("GET", interval + "run_ids=${run0}&metric_key=loss&start_step=20&end_step=20&max_results=4", None),
    ("GET", interval + "run_ids=${run1}&metric_key=odd&start_step=-30&end_step=0&max_results=3", None),
    ("GET", interval + "run_ids=${run0}&metric_key=loss&start_step=100&end_step=200", None),
    ("GET", interval + "run_ids=nobody&metric_key=loss", None),
    ("GET", interval + "run_ids=${run0}&metric_key=none", None),
    ("GET", interval + "run_ids=${run0}&metric_key=loss&start_step=5", None),
    ("GET", interval + "run_ids=${run0}&metric_key=loss&start_step=9&end_step=5", None),
    ("GET", interval + "run_ids=${run0}&metric_key=loss&max_results=0", None),
    ("GET", interval + "run_ids=${run0}&metric_key=loss&max_results=2501", None),
    ("GET", interval + "run_ids=${run0}&metric_key=loss&max_results=many", None),
    ("GET", interval + "metric_key=loss", None),
    ("GET", interval + "run_ids=${run0}", None),
    ("GET", interval + "&".join(["run_ids=x"] * 101) + "&metric_key=loss", None),
    ("POST", search, {"experiment_ids": ["${experiment}"]}),
    ("POST", search, {"experiment_ids": ["${experiment}", "0"]}),
    ("POST", search, {"experiment_ids": ["0"]}),
    ("POST", search, {"experiment_ids": []}),
    ("POST", search, {"experiment_ids": [str(n) for n in range(21)]}),
]


def query(text, variables=None, name=None):
    return ("POST", "/graphql", {"operationName": name, "query": text, "variables": variables})


get_run = """query GetRun($data: MlflowGetRunInput!) @component(name: "MLflow.ExperimentRunTracking") {
  mlflowGetRun(input: $data) {
    apiError { helpUrl code message __typename }
    run {
      info { runName status runUuid runId experimentId endTime lifecycleStage startTime userId __typename }
      experiment { experimentId name tags { key value __typename } lifecycleStage __typename }
      modelVersions { status version name source __typename }
      data {
        metrics { key value step timestamp __typename } params { key value __typename } tags { key value __typename }
        __typename
      }
      inputs {
        datasetInputs {
          dataset { digest name profile schema source sourceType __typename } tags { key value __typename } __typename
        }
        modelInputs { modelId __typename }
        __typename
      }
      outputs { modelOutputs { modelId step __typename } __typename }
      __typename
    }
    __typename
  }
}"""
get_experiment = """query MlflowGetExperimentQuery($input: MlflowGetExperimentInput!) @component(name: "MLflow") {
  mlflowGetExperiment(input: $input) {
    apiError { code message __typename }
    experiment {
      effectiveTraceArchivalRetention experimentId lifecycleStage name workspace tags { key value __typename }
      __typename
    }
    __typename
  }
}"""
get_interval = """query GetMetricHistoryBulkInterval($data: MlflowGetMetricHistoryBulkIntervalInput!) {
  mlflowGetMetricHistoryBulkInterval(input: $data) {
    __typename metrics { timestamp step runId key value } apiError { code message }
  }
}"""
search_runs = """query SearchRuns($data: MlflowSearchRunsInput!) {
  mlflowSearchRuns(input: $data) {
    apiError { helpUrl code message }
    nextPageToken
    runs {
      info { runName status runUuid }
      experiment { name }
      data { params { key value } }
      modelVersions { version name status }
    }
  }
}"""
requests += [
    query(get_run, {"data": {"runId": "${run0}"}}, "GetRun"),
    query(get_run, {"data": {"runId": "${run2}"}}, "GetRun"),
    query(get_run, {"data": {"runId": "${run1}"}}, "GetRun"),
    query(get_run, {"data": {"runUuid": "${run3}"}}, "GetRun"),
    query(get_run, {"data": {"runId": "nobody"}}, "GetRun"),
    query(get_run, {"data": {}}, "GetRun"),
    query(get_experiment, {"input": {"experimentId": "${experiment}"}}, "MlflowGetExperimentQuery"),
    query(get_experiment, {"input": {"experimentId": "987654"}}, "MlflowGetExperimentQuery"),
    query(get_interval, {"data": {"runIds": ["${run2}", "${run0}"], "metricKey": "loss"}}, "GetMetricHistoryBulkInterval"),
    query(search_runs, {"data": {"experimentIds": ["${experiment}"]}}, "SearchRuns"),
    query(search_runs, {"data": {"experimentIds": ["${experiment}"], "filter": "params.depth = '2'", "orderBy": ["start_time ASC"]}}),
    query(search_runs.replace("query", "mutation"), {"data": {"experimentIds": ["${experiment}"]}}),
    query("mutation ($data: MlflowSearchDatasetsInput!) { mlflowSearchDatasets(input: $data) { datasetSummaries { experimentId name digest context } } }",
          {"data": {"experimentIds": ["${experiment}"]}}),
    query("{ mlflowSearchModelVersions(input: {filter: \"name='nothing'\"}) { modelVersions { name } nextPageToken } }"),
    # The language.
    query("{ a: mlflowGetRun(input: {runId: \"${run0}\"}) { run { ...r } } b: mlflowGetRun(input: {runId: \"${run1}\"}) { ... on MlflowGetRunResponse { run { ...r } } } }"
          " fragment r on MlflowRunExtension { info { name: runName ...i } } fragment i on MlflowRunInfo { status }"),
    query("query Q($all: Boolean!, $none: Boolean = false, $id: String!) { mlflowGetRun(input: {runId: $id}) { run { info { runName @include(if: $all) status @skip(if: $all) userId @include(if: $none) } } } }",
          {"all": True, "id": "${run0}"}),
    query("query A { mlflowGetExperiment(input: {experimentId: \"${experiment}\"}) { experiment { name } } } query B { mlflowGetRun(input: {runId: \"${run0}\"}) { run { info { runName } } } }", None, "B"),
    query("{ __typename mlflowGetExperiment(input: {experimentId: \"\"\"${experiment}\"\"\"}) { experiment { name, name name } } }"),
    # Refusals.
    query("{ nothing }"),
    query("{ mlflowGetRun(input: {runId: \"x\"}) { run { info { colour } } } }"),
    query("{ mlflowGetRun(input: {runId: \"x\"}) { run } }"),
    query("{ mlflowGetRun(input: {runId: \"x\"}) { run { info { status { name } } } } }"),
    query("{ mlflowGetRun(input: {colour: \"x\"}) { __typename } }"),
    query("{ mlflowGetRun(colour: \"x\") { __typename } }"),
    query("{ mlflowGetRun(input: {runId: 1}) { __typename } }"),
    query("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"),
    query("{ ...nobody }"),
    query("{ mlflowGetRun(input: {runId: $x}) { __typename } }"),
    query("query ($x: String) { __typename }"),
    query("query ($x: Nothing) { mlflowGetRun(input: $x) { __typename } }"),
    query("query ($x: Int) { mlflowGetRun(input: {runId: $x}) { __typename } }"),
    query("query ($x: MlflowGetRunInput!) { mlflowGetRun(input: $x) { __typename } }", {}),
    query("query ($x: MlflowGetRunInput!) { mlflowGetRun(input: $x) { __typename } }", {"x": {"runId": 5}}),
    query("query ($x: MlflowGetRunInput!) { mlflowGetRun(input: $x) { __typename } }", {"x": {"colour": "red"}}),
    query("query A { __typename } query B { __typename }"),
    query("query A { __typename }", None, "B"),
    query("{ __typename } query B { __typename }"),
    query("{ __typename @colour }"),
    query("{ a: __typename a: mlflowGetRun(input: {runId: \"x\"}) { __typename } }"),
    query("{ mlflowGetRun(input: {runId: \"x\"}) { __typename } mlflowGetRun(input: {runId: \"y\"}) { __typename } }"),
    query("{ " + " ".join(f"a{n}: __typename" for n in range(11)) + " }"),
    query("{ __typename " * 1 + " ".join(["__typename"] * 10) + " }"),
    query("{ mlflowGetRun(input: {runId: \"x\"}) { " + "run { " * 9 + "info" + " }" * 9 + " } }"),
    query("{ mlflowGetRun(input: {runId: \"x\"}) { " + "__typename " * 1001 + "} }"),
]


def known(text, back=False):
    for name, value in sorted(ids.items(), key=lambda pair: -len(pair[1])):
        mark = "${" + name + "}"
        if back:
            text = text.replace(value, mark) if len(value) > 8 else text
        else:
            text = text.replace(mark, value)
    return text


def with_marks(value, key=None):
    """Ids become marks; an experiment's is short, so only where one stands."""
    if isinstance(value, dict):
        return {k: with_marks(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [with_marks(v, key) for v in value]
    if isinstance(value, str):
        if key in ("experiment_id", "experimentId") and value == ids["experiment"]:
            return "${experiment}"
        return known(value, back=True)
    return value


exchanges = []
for method, path, body in requests:
    status, text = ask(method, known(path), json.loads(known(json.dumps(body))) if body is not None else None)
    try:
        answer = with_marks(json.loads(text))
    except ValueError:
        answer = None
    exchanges.append({"method": method, "path": path, "body": body, "status": status, "answer": answer})

here = pathlib.Path(__file__).parent
lines = ",\n".join("  " + json.dumps(exchange, ensure_ascii=False) for exchange in exchanges)
(here / "interface-exchanges.json").write_text(
    '{"setup":\n  ' + json.dumps(setup, ensure_ascii=False) + ',\n"exchanges": [\n' + lines + "\n]}\n")
print(len(exchanges), "exchanges")
