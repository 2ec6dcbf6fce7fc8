"""How much one request may hold: the unmodified `mlflow` client at each limit and one beyond it, and everything that is
larger than one page."""

import mlflow
import pytest
import requests
from mlflow.entities import LoggedModelParameter, Metric, Param, RunTag
from mlflow.exceptions import MlflowException


@pytest.fixture
def run_id(client, experiment):
    return client.create_run(experiment.experiment_id).info.run_id


@pytest.fixture
def post(server_url):
    """A request that no client has looked at before: post("runs/log-batch", run_id=…) → (status, body)."""

    def send(path, **body):
        answer = requests.post(f"{server_url}/api/2.0/mlflow/{path}", json=body, timeout=60)
        return answer.status_code, answer.json()

    return send


def refused(answer):
    status, body = answer
    assert (status, body.get("error_code")) == (400, "INVALID_PARAMETER_VALUE"), answer
    return body["message"]


def metrics(count, key="loss"):
    return [{"key": key, "value": number, "timestamp": number, "step": number} for number in range(count)]


def pairs(count, stem):
    return [{"key": f"{stem}{number}", "value": str(number)} for number in range(count)]


@pytest.mark.parametrize(
    ("parts", "fits"),
    [
        ({"metrics": metrics(1000)}, True),
        ({"metrics": metrics(1001)}, False),
        ({"params": pairs(100, "p")}, True),
        ({"params": pairs(101, "p")}, False),
        ({"tags": pairs(100, "t")}, True),
        ({"tags": pairs(101, "t")}, False),
        ({"metrics": metrics(800), "params": pairs(100, "p"), "tags": pairs(100, "t")}, True),
        ({"metrics": metrics(801), "params": pairs(100, "p"), "tags": pairs(100, "t")}, False),
        ({}, True),
    ],
    ids=lambda value: "+".join(f"{len(part)} {name}" for name, part in value.items()) if isinstance(value, dict) else "",
)
def test_a_batch_holds_so_many_entities_and_no_more(client, run_id, post, parts, fits):
    answer = post("runs/log-batch", run_id=run_id, **parts)
    if fits:
        assert answer == (200, {})
    else:
        refused(answer)
    data = client.get_run(run_id).data
    assert len(client.get_metric_history(run_id, "loss")) == (len(parts.get("metrics", [])) if fits else 0)
    assert len(data.params) == (len(parts.get("params", [])) if fits else 0)
    assert sum(key.startswith("t") for key in data.tags) == (len(parts.get("tags", [])) if fits else 0)


@pytest.mark.parametrize("kind", ["params", "tags", "metrics"])
def test_a_key_has_at_most_250_characters(client, run_id, post, kind):
    def entity(length):
        key = "k/" * 20 + "é" * (length - 40)
        return {"key": key, "value": 1, "timestamp": 1, "step": 0} if kind == "metrics" else {"key": key, "value": "v"}

    assert post("runs/log-batch", run_id=run_id, **{kind: [entity(250)]}) == (200, {})
    refused(post("runs/log-batch", run_id=run_id, **{kind: [entity(251)]}))
    assert [len(key) for key in getattr(client.get_run(run_id).data, kind) if key.startswith("k/")] == [250]


def test_a_value_longer_than_MLflow_keeps_is_cut(client, run_id):
    client.log_batch(run_id, params=[Param("p", "é" * 6001)], tags=[RunTag("t", "é" * 8001)])
    client.log_param(run_id, "single", "x" * 6001)
    client.set_tag(run_id, "single", "x" * 8001)
    data = client.get_run(run_id).data
    assert (data.params["p"], data.params["single"]) == ("é" * 6000, "x" * 6000)
    assert (data.tags["t"], data.tags["single"]) == ("é" * 8000, "x" * 8000)


@pytest.mark.parametrize(
    "key", ["a b", "a.b", "a-b", "a_b", "a/b", "a:b", "ünïcode", "7", "A" * 250], ids=lambda key: key[:9]
)
def test_keys_of_these_characters_are_taken(client, run_id, key):
    client.log_batch(run_id, [Metric(key, 1, 1, 0)], [Param(key, "1")], [RunTag(key, "1")])
    data = client.get_run(run_id).data
    assert (data.metrics[key], data.params[key], data.tags[key]) == (1, "1", "1")


@pytest.mark.parametrize("key", ["", "a\tb", "a?b", "../a", "/a", "a//b", "a/../b", "./a", "a/", ".", "a'b", "a\\b", "☃"])
@pytest.mark.parametrize("kind", ["metric", "parameter", "tag"])
def test_keys_that_are_no_names_are_refused(client, run_id, post, kind, key):
    if kind == "metric":
        answer = post("runs/log-metric", run_id=run_id, key=key, value=1, timestamp=1)
    elif kind == "parameter":
        answer = post("runs/log-parameter", run_id=run_id, key=key, value="1")
    else:
        answer = post("runs/set-tag", run_id=run_id, key=key, value="1")
    refused(answer)


def test_a_batch_that_says_a_param_twice_is_refused_unless_it_says_the_same(client, run_id, post):
    twice = [{"key": "depth", "value": "8"}, {"key": "depth", "value": "9"}]
    refused(post("runs/log-batch", run_id=run_id, params=twice, metrics=metrics(3)))
    assert client.get_run(run_id).data.params == {} and client.get_metric_history(run_id, "loss") == []


def test_points_said_twice_are_kept_once(client, run_id, post):
    point = {"key": "loss", "value": 0.5, "timestamp": 7, "step": 1}
    assert post("runs/log-batch", run_id=run_id, metrics=[point, point])[0] == 200
    assert post("runs/log-batch", run_id=run_id, metrics=[point])[0] == 200
    assert post("runs/log-metric", run_id=run_id, **point)[0] == 200
    assert [(p.value, p.step, p.timestamp) for p in client.get_metric_history(run_id, "loss")] == [(0.5, 1, 7)]


def test_a_tag_said_twice_in_a_batch_has_its_last_value(client, run_id, post):
    assert post("runs/log-batch", run_id=run_id, tags=[{"key": "t", "value": "1"}, {"key": "t", "value": "2"}])[0] == 200
    assert client.get_run(run_id).data.tags["t"] == "2"


def test_steps_and_times_reach_the_ends_of_64_bits(client, run_id):
    ends = [(2**63 - 1, 2**63 - 1), (-(2**63), 1), (0, 1)]
    client.log_batch(run_id, [Metric("loss", number, time, step) for number, (step, time) in enumerate(ends)])
    history = client.get_metric_history(run_id, "loss")
    assert sorted((point.step, point.timestamp) for point in history) == sorted(ends)
    assert client.get_run(run_id).data.metrics["loss"] == 0


def test_a_history_of_more_than_25000_points_comes_whole(client, run_id):
    count = 25_500
    for start in range(0, count, 1000):
        client.log_batch(run_id, [Metric("loss", s / 7, 1_700_000_000_000 + s, s) for s in range(start, min(start + 1000, count))])
    history = client.get_metric_history(run_id, "loss")
    assert [(point.step, point.value) for point in history] == [(step, step / 7) for step in range(count)]
    assert client.get_run(run_id).data.metrics["loss"] == (count - 1) / 7


def test_a_history_is_read_in_pages(client, run_id, server_url):
    client.log_batch(run_id, [Metric("loss", step, step, step) for step in range(10)])
    got, token, pages = [], None, 0
    while True:
        asked = {"run_id": run_id, "metric_key": "loss", "max_results": 4, **({"page_token": token} if token else {})}
        answer = requests.get(f"{server_url}/api/2.0/mlflow/metrics/get-history", params=asked, timeout=60).json()
        got += [point["step"] for point in answer["metrics"]]
        token, pages = answer.get("next_page_token"), pages + 1
        if not token:
            break
    assert (got, pages) == (list(range(10)), 3)


def test_more_runs_than_a_page_holds_become_one_table(client, experiment):
    names = []
    for number in range(1020):
        run = client.create_run(experiment.experiment_id, start_time=1_000 + number, run_name=f"run {number:04}")
        names.append(run.info.run_name)
    table = mlflow.search_runs([experiment.experiment_id])
    assert table["tags.mlflow.runName"].tolist() == names[::-1], "the last started first"
    some = mlflow.search_runs([experiment.experiment_id], max_results=1005, order_by=["start_time ASC"])
    assert some["tags.mlflow.runName"].tolist() == names[:1005]
    assert len(mlflow.search_runs([experiment.experiment_id], "attributes.start_time >= 2000", output_format="list")) == 20


def test_a_page_has_at_most_50000_runs_and_1000_experiments(client, experiment, post):
    ids = [experiment.experiment_id]
    assert post("runs/search", experiment_ids=ids, max_results=50_000)[0] == 200
    refused(post("runs/search", experiment_ids=ids, max_results=50_001))
    refused(post("runs/search", experiment_ids=ids, max_results=-1))
    assert post("experiments/search", max_results=50_000)[0] == 200
    for wrong in (0, -1, 50_001):
        refused(post("experiments/search", max_results=wrong))
    refused(post("runs/search", experiment_ids=ids, page_token="no token of ours"))


def test_names_of_experiments_and_models_have_an_end(client, unique):
    stem = unique("long")
    longest = stem + "x" * (500 - len(stem))
    assert client.get_experiment(client.create_experiment(longest)).name == longest
    with pytest.raises(MlflowException) as refusal:
        client.create_experiment(longest + "x")
    assert refusal.value.error_code == "INVALID_PARAMETER_VALUE"
    with pytest.raises(MlflowException):
        client.create_registered_model("")
    for wrong in ("a/b", "a:b", ""):
        with pytest.raises(MlflowException) as refusal:
            client.create_registered_model(wrong)
        assert refusal.value.error_code == "INVALID_PARAMETER_VALUE"


def test_experiment_tags_reach_20000_characters_and_no_further(client, experiment):
    client.set_experiment_tag(experiment.experiment_id, "long", "é" * 20_000)
    assert client.get_experiment(experiment.experiment_id).tags["long"] == "é" * 20_000
    with pytest.raises(MlflowException) as refusal:
        client.set_experiment_tag(experiment.experiment_id, "long", "é" * 20_001)
    assert refusal.value.error_code == "INVALID_PARAMETER_VALUE"


def test_registry_tags_reach_100000_characters_and_no_further(client, unique):
    name = unique("tagged")
    client.create_registered_model(name)
    client.set_registered_model_tag(name, "long", "é" * 100_000)
    assert client.get_registered_model(name).tags["long"] == "é" * 100_000
    with pytest.raises(MlflowException) as refusal:
        client.set_registered_model_tag(name, "long", "é" * 100_001)
    assert refusal.value.error_code == "INVALID_PARAMETER_VALUE"


def test_a_logged_model_takes_more_params_than_one_request(client, experiment):
    params = {f"p{number}": str(number) for number in range(150)}
    made = client.create_logged_model(experiment.experiment_id, name="many", params=params)
    client.log_model_params(made.model_id, {f"q{number}": "1" for number in range(120)})
    assert len(client.get_logged_model(made.model_id).params) == 270
    assert LoggedModelParameter("p149", "149").value == client.get_logged_model(made.model_id).params["p149"]
