"""What the `mlflow` client never says by itself, but scripts with plain HTTP do: odd bodies, missing and misshapen fields,
other prefixes. Status, error code and the words that MLflow's own tests look for."""

import json
import os
import re

import pytest
import requests


@pytest.fixture
def call(server_url):
    """call("POST", "runs/create", {…}) → (status, body); the prefix is MLflow's 2.0 unless told."""

    def send(method, path, body=None, prefix="/api/2.0/mlflow/", **more):
        if method == "GET":
            more["params"] = body
        elif body is not None:
            more["json"] = body
        answer = requests.request(method, f"{server_url}{prefix}{path}", timeout=60, **more)
        try:
            return answer.status_code, answer.json()
        except ValueError:
            return answer.status_code, answer.text

    return send


@pytest.fixture
def run_id(client, experiment):
    return client.create_run(experiment.experiment_id).info.run_id


REQUIRED = [
    ("POST", "experiments/create", {}, "name"),
    ("GET", "experiments/get", {}, "experiment_id"),
    ("GET", "experiments/get-by-name", {}, "experiment_name"),
    ("POST", "experiments/delete", {}, "experiment_id"),
    ("POST", "experiments/restore", {}, "experiment_id"),
    ("POST", "experiments/update", {"new_name": "x"}, "experiment_id"),
    ("POST", "experiments/set-experiment-tag", {"experiment_id": "0", "value": "v"}, "key"),
    ("GET", "runs/get", {}, "run_id"),
    ("POST", "runs/delete", {}, "run_id"),
    ("POST", "runs/restore", {}, "run_id"),
    ("POST", "runs/log-metric", {"run_id": "RUN", "value": 1, "timestamp": 1}, "key"),
    ("POST", "runs/log-metric", {"run_id": "RUN", "key": "k", "timestamp": 1}, "value"),
    ("POST", "runs/log-metric", {"run_id": "RUN", "key": "k", "value": 1}, "timestamp"),
    ("POST", "runs/log-metric", {"run_id": None, "key": "k", "value": 1, "timestamp": 1}, "run_id"),
    ("POST", "runs/log-parameter", {"run_id": "RUN", "value": "v"}, "key"),
    ("POST", "runs/log-parameter", {"run_id": "RUN", "key": None, "value": "v"}, "key"),
    ("POST", "runs/set-tag", {"run_id": "RUN", "value": "v"}, "key"),
    ("POST", "runs/delete-tag", {"run_id": "RUN"}, "key"),
    ("POST", "runs/log-batch", {"metrics": []}, "run_id"),
    ("GET", "metrics/get-history", {"run_id": "RUN"}, "metric_key"),
    ("GET", "metrics/get-history", {"metric_key": "k"}, "run_id"),
    ("GET", "artifacts/list", {}, "run_id"),
    ("POST", "registered-models/create", {}, "name"),
    ("GET", "registered-models/get", {}, "name"),
    ("POST", "registered-models/rename", {"name": "x"}, "new_name"),
    ("POST", "registered-models/set-tag", {"name": "x", "value": "v"}, "key"),
    ("POST", "registered-models/alias", {"name": "x", "version": "1"}, "alias"),
    ("POST", "model-versions/create", {"name": "x"}, "source"),
    ("GET", "model-versions/get", {"name": "x"}, "version"),
    ("POST", "model-versions/transition-stage", {"name": "x", "version": "1"}, "stage"),
    ("POST", "logged-models", {"name": "x"}, "experiment_id"),
]


@pytest.mark.parametrize(("method", "path", "body", "field"), REQUIRED, ids=[f"{path}-{field}" for _, path, _, field in REQUIRED])
def test_a_field_that_is_missing_is_named(call, run_id, method, path, body, field):
    status, answer = call(method, path, {key: run_id if value == "RUN" else value for key, value in body.items()})
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), answer
    assert "Missing value for required parameter" in answer["message"] and field in answer["message"]


MISSHAPEN = [
    ("experiments/create", {"name": 123}, "name", "123"),
    ("experiments/create", {"name": "x", "artifact_location": 9.5}, "artifact_location", "9.5"),
    ("experiments/create", {"name": "x", "tags": "5"}, "tags", '"5"'),
    ("runs/log-metric", {"run_id": 31, "key": "k", "value": 1, "timestamp": 1}, "run_id", "31"),
    ("runs/log-metric", {"run_id": "RUN", "key": 31, "value": 1, "timestamp": 1}, "key", "31"),
    ("runs/log-metric", {"run_id": "RUN", "key": "k", "value": 1, "timestamp": "soon"}, "timestamp", '"soon"'),
    ("runs/log-metric", {"run_id": "RUN", "key": "k", "value": 1, "timestamp": 1, "step": "one"}, "step", '"one"'),
    ("runs/log-parameter", {"run_id": "RUN", "key": 31, "value": "v"}, "key", "31"),
    ("runs/set-tag", {"run_id": "RUN", "key": 31, "value": "v"}, "key", "31"),
    ("runs/log-batch", {"run_id": "RUN", "metrics": "foo"}, "metrics", '"foo"'),
    ("runs/log-batch", {"run_id": "RUN", "params": "foo"}, "params", '"foo"'),
    ("runs/log-batch", {"run_id": "RUN", "tags": "foo"}, "tags", '"foo"'),
    ("runs/search", {"experiment_ids": ["0"], "max_results": 123456789}, "max_results", "123456789"),
]


@pytest.mark.parametrize(("path", "body", "field", "value"), MISSHAPEN, ids=[f"{p}-{f}-{v}" for p, _, f, v in MISSHAPEN])
def test_a_field_of_the_wrong_kind_is_quoted(call, run_id, path, body, field, value):
    status, answer = call("POST", path, {key: run_id if text == "RUN" else text for key, text in body.items()})
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), answer
    assert f"Invalid value {value} for parameter '{field}' supplied" in answer["message"]


def test_numbers_may_be_written_as_text_and_fields_nobody_knows_are_passed_over(call, client, run_id):
    body = {"run_id": run_id, "key": "k", "value": "0.5", "timestamp": "1700000000123", "step": "7", "colour": "red"}
    assert call("POST", "runs/log-metric", body)[0] == 200
    body = {"run_id": run_id, "metrics": [{"key": "k", "value": "NaN", "timestamp": 1.0, "step": 8}]}
    assert call("POST", "runs/log-batch", body)[0] == 200
    points = {point.step: point for point in client.get_metric_history(run_id, "k")}
    assert (points[7].value, points[7].timestamp) == (0.5, 1_700_000_000_123)
    assert points[8].value != points[8].value


def test_run_uuid_is_still_a_name_for_a_runs_id(call, client, run_id):
    assert call("POST", "runs/set-tag", {"run_uuid": run_id, "key": "k", "value": "v"})[0] == 200
    assert call("POST", "runs/log-metric", {"run_uuid": run_id, "key": "k", "value": 1, "timestamp": 1})[0] == 200
    assert call("POST", "runs/log-parameter", {"run_uuid": run_id, "key": "k", "value": "v"})[0] == 200
    status, answer = call("GET", "runs/get", {"run_uuid": run_id})
    assert status == 200 and answer["run"]["info"]["run_uuid"] == answer["run"]["info"]["run_id"] == run_id
    assert answer["run"]["data"]["params"] == [{"key": "k", "value": "v"}]


@pytest.mark.parametrize("prefix", ["/api/2.0/mlflow/", "/ajax-api/2.0/mlflow/"])
def test_both_prefixes_answer_alike(call, experiment, prefix):
    status, answer = call("GET", "experiments/get", {"experiment_id": experiment.experiment_id}, prefix=prefix)
    assert status == 200 and answer["experiment"]["name"] == experiment.name
    assert answer["experiment"]["experiment_id"] == experiment.experiment_id
    assert isinstance(answer["experiment"]["creation_time"], int)


def test_a_server_says_that_it_is_well_and_its_version(server_url):
    health = requests.get(f"{server_url}/health", timeout=10)
    assert (health.status_code, health.text) == (200, "OK")
    version = requests.get(f"{server_url}/version", timeout=10)
    assert version.status_code == 200 and re.fullmatch(r"\d+\.\d+\.\d+\S*", version.text)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"{", "application/json"), (b"", "application/json"), (b"[1, 2]", "application/json"), (b'"text"', "application/json"),
     (b"\xff\xfe", "application/json"), (b"name=x", "application/x-www-form-urlencoded"), (b'{"name": "x"}', "text/plain")],
    ids=["cut short", "empty", "list", "text", "no UTF-8", "a form", "plain text"],
)
def test_a_body_that_is_no_object_is_a_bad_request(server_url, content, kind):
    answer = requests.post(
        f"{server_url}/api/2.0/mlflow/runs/log-metric", data=content, headers={"Content-Type": kind}, timeout=10
    )
    # MLflow's own server falls over what is JSON but no object.
    assert answer.status_code in ((400, 500) if "MARTLET_TEST_SERVER_URL" in os.environ else (400,)), answer.text


def test_a_path_that_leaves_its_run_is_refused(call, server_url, run_id):
    for path in ("../path", "a/../../b", "/etc/passwd", "..%2fpath", "%2e%2e/path", "a/%2e%2e/%2e%2e/b"):
        status, answer = call("GET", "artifacts/list", {"run_id": run_id, "path": path})
        assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), path
        got = requests.get(f"{server_url}/get-artifact", params={"run_id": run_id, "path": path}, timeout=10)
        assert got.status_code == 400, path


def test_an_experiments_name_and_place_are_checked(call, client, unique):
    for name in ("", None, 5, ["x"]):
        assert call("POST", "experiments/create", {"name": name})[0] == 400
    for place in ("s3://bucket/a#fragment", "mlflow-artifacts:/a#b", "s3://bucket/a?x=.."):
        status, answer = call("POST", "experiments/create", {"name": unique("place"), "artifact_location": place})
        assert (status, answer.get("error_code")) == (400, "INVALID_PARAMETER_VALUE"), place
    made = client.create_experiment(unique("place"), artifact_location="s3://bucket/a")
    assert client.get_experiment(made).artifact_location == "s3://bucket/a"
    run = client.create_run(made).info
    assert run.artifact_uri == f"s3://bucket/a/{run.run_id}/artifacts"


def test_an_experiment_that_is_deleted_takes_nothing_more(call, client, unique):
    made = client.create_experiment(unique("gone"))
    run = client.create_run(made).info.run_id
    client.delete_experiment(made)
    for path, body in (
        ("runs/create", {"experiment_id": made}), ("experiments/update", {"experiment_id": made, "new_name": unique("x")}),
        ("experiments/set-experiment-tag", {"experiment_id": made, "key": "a", "value": "b"}),
        ("runs/log-parameter", {"run_id": run, "key": "a", "value": "b"}), ("runs/set-tag", {"run_id": run, "key": "a", "value": "b"}),
        ("runs/log-batch", {"run_id": run, "metrics": [{"key": "a", "value": 1, "timestamp": 1}]}),
        ("runs/update", {"run_id": run, "status": "FINISHED"}),
    ):
        status, answer = call("POST", path, body)
        # MLflow's own server has a status of 500 for renaming.
        assert answer.get("error_code") in ("INVALID_PARAMETER_VALUE", "INVALID_STATE"), (path, answer)
    status, answer = call("POST", "experiments/restore", {"experiment_id": "987654321"})
    assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_a_new_run_has_the_tags_and_the_name_it_was_given(call, experiment):
    def create(**more):
        status, answer = call("POST", "runs/create", {"experiment_id": experiment.experiment_id, "start_time": 7, **more})
        return status, answer.get("run", answer)

    status, run = create(run_name="a", tags=[{"key": "mlflow.runName", "value": "a"}, {"key": "k", "value": "v"}])
    assert (status, run["info"]["run_name"]) == (200, "a") and {"key": "k", "value": "v"} in run["data"]["tags"]
    assert (run["info"]["status"], run["info"]["lifecycle_stage"], run["info"]["start_time"]) == ("RUNNING", "active", 7)
    status, answer = create(run_name="a", tags=[{"key": "mlflow.runName", "value": "b"}])
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert create(user_id="engineer")[1]["info"]["user_id"] == "engineer"
    status, answer = call("POST", "runs/create", {"experiment_id": "no number"})
    assert status in (400, 404)


def test_updating_a_run_changes_only_what_is_said(call, client, run_id):
    name = client.get_run(run_id).info.run_name
    status, answer = call("POST", "runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": 9})
    assert status == 200
    assert [answer["run_info"][key] for key in ("status", "end_time", "run_name")] == ["FINISHED", 9, name]
    assert call("POST", "runs/update", {"run_id": run_id, "run_name": "new"})[1]["run_info"]["status"] == "FINISHED"
    client.set_tag(run_id, "mlflow.runName", "by tag")
    assert client.get_run(run_id).info.run_name == "by tag"


def test_what_exists_nowhere_is_not_found(call, experiment, unique):
    nobody = "0" * 32
    for method, path, body in (
        ("GET", "runs/get", {"run_id": nobody}), ("POST", "runs/delete", {"run_id": nobody}),
        ("POST", "runs/restore", {"run_id": nobody}), ("POST", "runs/update", {"run_id": nobody, "status": "FINISHED"}),
        ("POST", "runs/set-tag", {"run_id": nobody, "key": "a", "value": "b"}),
        ("POST", "runs/delete-tag", {"run_id": nobody, "key": "a"}),
        ("POST", "runs/log-batch", {"run_id": nobody}), ("POST", "runs/log-inputs", {"run_id": nobody, "datasets": []}),
        ("GET", "artifacts/list", {"run_id": nobody}),
        ("GET", "experiments/get", {"experiment_id": "987654321"}),
        ("GET", "experiments/get-by-name", {"experiment_name": unique("nobody")}),
        ("POST", "experiments/delete", {"experiment_id": "987654321"}),
        ("POST", "experiments/update", {"experiment_id": "987654321", "new_name": "x"}),
        ("GET", "logged-models/m-" + nobody, None), ("DELETE", "logged-models/m-" + nobody, None),
        ("PATCH", "logged-models/m-" + nobody, {"model_id": "m-" + nobody, "status": "LOGGED_MODEL_READY"}),
        ("GET", "registered-models/get", {"name": unique("nobody")}),
        ("GET", "model-versions/get-download-uri", {"name": unique("nobody"), "version": "1"}),
        ("GET", "registered-models/alias", {"name": unique("nobody"), "alias": "champion"}),
    ):
        status, answer = call(method, path, body)
        assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST"), (path, answer)


def test_deleting_and_restoring_twice_is_no_error_or_says_so_alike(call, client, experiment, run_id):
    assert call("POST", "runs/delete", {"run_id": run_id}) == (200, {})
    first = call("POST", "runs/delete", {"run_id": run_id})[0]
    assert first in (200, 400)
    assert call("POST", "runs/restore", {"run_id": run_id}) == (200, {})
    assert client.get_run(run_id).info.lifecycle_stage == "active"


def test_inputs_are_kept_once_and_checked(call, client, run_id):
    dataset = {"name": "flights", "digest": "abc", "source_type": "local", "source": "{}", "schema": "{}", "profile": "{}"}
    tags = [{"key": "mlflow.data.context", "value": "train"}]
    for _ in range(2):
        assert call("POST", "runs/log-inputs", {"run_id": run_id, "datasets": [{"dataset": dataset, "tags": tags}]})[0] == 200
    assert len(client.get_run(run_id).inputs.dataset_inputs) == 1
    for wrong in ({"name": "x" * 501}, {"digest": "x" * 37}):
        status, _ = call("POST", "runs/log-inputs", {"run_id": run_id, "datasets": [{"dataset": {**dataset, **wrong}}]})
        assert status == 400, wrong


def test_a_model_recorded_the_old_way_is_a_tag_of_its_run(call, client, run_id):
    record = json.dumps({"run_id": run_id, "artifact_path": "model", "flavors": {"python_function": {}}, "utc_time_created": "x"})
    assert call("POST", "runs/log-model", {"run_id": run_id, "model_json": record})[0] == 200
    assert call("POST", "runs/log-model", {"run_id": run_id, "model_json": record})[0] == 200
    history = json.loads(client.get_run(run_id).data.tags["mlflow.log-model.history"])
    assert [entry["artifact_path"] for entry in history] == ["model", "model"]
    for wrong in ("no JSON", "{}", '{"artifact_path": "m"}'):
        assert call("POST", "runs/log-model", {"run_id": run_id, "model_json": wrong})[0] == 400, wrong


def test_a_searchs_answer_has_only_the_fields_that_it_needs(call, client, experiment):
    ids = [experiment.experiment_id]
    assert call("POST", "runs/search", {"experiment_ids": ids}) == (200, {})
    client.create_run(experiment.experiment_id)
    status, answer = call("POST", "runs/search", {"experiment_ids": ids})
    assert status == 200 and set(answer) == {"runs"}
    assert set(answer["runs"][0]["data"]) == {"tags"}, "no empty lists"
    assert set(answer["runs"][0]) - {"inputs", "outputs"} == {"info", "data"}
    assert "end_time" not in answer["runs"][0]["info"]
    assert call("POST", "runs/search", {"experiment_ids": ids, "run_view_type": "DELETED_ONLY"}) == (200, {})


@pytest.mark.parametrize("status", ["LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"])
def test_a_logged_models_status_is_one_of_three(call, experiment, status):
    made = call("POST", "logged-models", {"experiment_id": experiment.experiment_id})[1]["model"]["info"]
    assert made["status"] == "LOGGED_MODEL_PENDING" and made["name"]
    path = f"logged-models/{made['model_id']}"
    assert call("PATCH", path, {"model_id": made["model_id"], "status": status})[1]["model"]["info"]["status"] == status


@pytest.mark.parametrize("name", ["a/b", "a:b", "a.b", "a%b", 'a"b', "a'b"])
def test_a_logged_models_name_is_checked(call, experiment, name):
    status, answer = call("POST", "logged-models", {"experiment_id": experiment.experiment_id, "name": name})
    assert (status, answer.get("error_code")) == (400, "INVALID_PARAMETER_VALUE"), answer
