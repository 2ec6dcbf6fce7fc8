"""The unmodified `mlflow` client tracks experiments, runs, params, metrics and tags."""

import math
import time

import mlflow
import pytest
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException, RestException


def test_an_experiment_is_made_once_and_found_by_name(client, unique):
    name = unique("experiment")
    made = mlflow.set_experiment(name)
    again = mlflow.set_experiment(name)
    assert made.experiment_id == again.experiment_id
    found = client.get_experiment_by_name(name)
    assert (found.name, found.lifecycle_stage) == (name, "active")
    assert client.get_experiment(made.experiment_id).name == name
    assert client.get_experiment_by_name(unique("nobody")) is None


def test_the_default_experiment_is_there(client):
    assert client.get_experiment("0").name == "Default"


def test_an_experiments_name_is_taken_only_once(client, unique):
    name = unique("experiment")
    client.create_experiment(name, tags={"team": "delays"})
    with pytest.raises(RestException) as refusal:
        client.create_experiment(name)
    assert refusal.value.error_code == "RESOURCE_ALREADY_EXISTS"
    assert client.get_experiment_by_name(name).tags["team"] == "delays"


def test_an_experiment_is_renamed_tagged_deleted_and_restored(client, unique):
    name = unique("experiment")
    made = client.create_experiment(name)
    client.rename_experiment(made, name + "-renamed")
    client.set_experiment_tag(made, "note", "ünïcode ✈")
    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    assert made not in [e.experiment_id for e in client.search_experiments()]
    client.restore_experiment(made)
    now = client.get_experiment(made)
    assert (now.lifecycle_stage, now.name, now.tags["note"]) == ("active", name + "-renamed", "ünïcode ✈")


def test_a_run_goes_from_running_to_finished(client, experiment):
    with mlflow.start_run(run_name="first", description="the first of all", tags={"kind": "test"}) as run:
        assert client.get_run(run.info.run_id).info.status == "RUNNING"
    done = client.get_run(run.info.run_id)
    assert (done.info.status, done.info.run_name) == ("FINISHED", "first")
    assert done.info.experiment_id == experiment.experiment_id
    assert done.info.start_time <= done.info.end_time <= time.time() * 1000 + 1000
    assert done.data.tags["kind"] == "test"
    assert done.data.tags["mlflow.note.content"] == "the first of all"
    assert done.data.tags["mlflow.runName"] == "first"


def test_a_run_that_throws_is_failed(client, experiment):
    with pytest.raises(ZeroDivisionError):
        with mlflow.start_run() as run:
            1 / 0
    assert client.get_run(run.info.run_id).info.status == "FAILED"


def test_a_run_without_a_name_is_given_one(client, experiment):
    made = client.create_run(experiment.experiment_id)
    assert made.info.run_name and made.data.tags["mlflow.runName"] == made.info.run_name


def test_params_and_tags_come_back_as_strings(client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_param("trees", 200)
        mlflow.log_params({"depth": 8, "rate": 0.1, "note": "ünïcode ✈", "empty": ""})
        mlflow.set_tag("stage", "try")
        mlflow.set_tags({"a": 1, "b/c.d-e f": "g"})
    data = client.get_run(run.info.run_id).data
    assert data.params == {"trees": "200", "depth": "8", "rate": "0.1", "note": "ünïcode ✈", "empty": ""}
    assert {"stage": "try", "a": "1", "b/c.d-e f": "g"}.items() <= data.tags.items()
    client.set_tag(run.info.run_id, "stage", "kept")
    client.delete_tag(run.info.run_id, "a")
    tags = client.get_run(run.info.run_id).data.tags
    assert tags["stage"] == "kept" and "a" not in tags


def test_a_param_may_be_repeated_but_not_changed(client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_param("depth", 8)
        mlflow.log_param("depth", 8)
        with pytest.raises(MlflowException) as refusal:
            mlflow.log_param("depth", 9)
        assert refusal.value.error_code == "INVALID_PARAMETER_VALUE"
    assert client.get_run(run.info.run_id).data.params == {"depth": "8"}


def test_metrics_keep_their_history_with_step_and_time(client, experiment):
    with mlflow.start_run() as run:
        for step, value in enumerate([0.5, 0.7, 0.6]):
            mlflow.log_metric("auc", value, step=step)
        client.log_metric(run.info.run_id, "loss", 1.5, timestamp=1_700_000_000_123, step=-2)
        mlflow.log_metrics({"f1": 0.4, "recall": 0.3}, step=7)
    history = client.get_metric_history(run.info.run_id, "auc")
    assert sorted((point.step, point.value) for point in history) == [(0, 0.5), (1, 0.7), (2, 0.6)]
    assert client.get_run(run.info.run_id).data.metrics == {"auc": 0.6, "loss": 1.5, "f1": 0.4, "recall": 0.3}
    (point,) = client.get_metric_history(run.info.run_id, "loss")
    assert (point.value, point.step, point.timestamp) == (1.5, -2, 1_700_000_000_123)
    assert client.get_metric_history(run.info.run_id, "never logged") == []


def test_the_latest_metric_has_the_greatest_step_then_time_then_value(client, experiment):
    run = client.create_run(experiment.experiment_id).info.run_id
    client.log_metric(run, "auc", 0.9, timestamp=1000, step=5)
    client.log_metric(run, "auc", 0.1, timestamp=9000, step=4)
    client.log_metric(run, "auc", 0.2, timestamp=2000, step=5)
    client.log_metric(run, "auc", 0.1, timestamp=2000, step=5)
    assert client.get_run(run).data.metrics["auc"] == 0.2


def test_metrics_that_are_no_finite_number_survive(client, experiment):
    run = client.create_run(experiment.experiment_id).info.run_id
    for key, value in {"nan": math.nan, "up": math.inf, "down": -math.inf, "tiny": 5e-324, "huge": 1.5e308}.items():
        client.log_metric(run, key, value)
    client.log_batch(run, metrics=[Metric("batch-nan", math.nan, 1, 0), Metric("batch-up", math.inf, 1, 0)])
    metrics = client.get_run(run).data.metrics
    assert math.isnan(metrics["nan"]) and math.isnan(metrics["batch-nan"])
    # MLflow's own store keeps an infinity as the greatest double.
    assert metrics["up"] >= 1.797e308 and metrics["batch-up"] >= 1.797e308 and metrics["down"] <= -1.797e308
    assert (metrics["tiny"], metrics["huge"]) == (5e-324, 1.5e308)
    assert math.isnan(client.get_metric_history(run, "nan")[0].value)


def test_a_batch_is_logged_whole(client, experiment):
    run = client.create_run(experiment.experiment_id).info.run_id
    client.log_batch(
        run,
        metrics=[Metric("loss", 1 / (step + 1), 1_700_000_000_000 + step, step) for step in range(800)],
        params=[Param(f"p{number}", str(number)) for number in range(90)],
        tags=[RunTag(f"t{number}", str(number)) for number in range(90)],
    )
    data = client.get_run(run).data
    assert data.metrics["loss"] == 1 / 800
    assert len(data.params) == 90 and data.tags["t89"] == "89"
    history = client.get_metric_history(run, "loss")
    assert sorted(point.step for point in history) == list(range(800))


def test_a_batch_with_one_changed_param_is_refused_whole(client, experiment):
    run = client.create_run(experiment.experiment_id).info.run_id
    client.log_param(run, "depth", "8")
    with pytest.raises(MlflowException) as refusal:
        client.log_batch(run, params=[Param("new", "1"), Param("depth", "9")])
    assert refusal.value.error_code == "INVALID_PARAMETER_VALUE"
    assert client.get_run(run).data.params == {"depth": "8"}


def test_a_run_is_renamed(client, experiment):
    run = client.create_run(experiment.experiment_id, run_name="before").info.run_id
    client.update_run(run, name="after", status="KILLED")
    renamed = client.get_run(run)
    assert (renamed.info.run_name, renamed.info.status) == ("after", "KILLED")
    assert renamed.data.tags["mlflow.runName"] == "after"


def test_what_is_missing_says_so(client):
    for call in (
        lambda: client.get_run("0" * 32),
        lambda: client.get_experiment("987654321"),
        lambda: client.log_metric("0" * 32, "auc", 1),
        lambda: client.create_run("987654321"),
    ):
        with pytest.raises(MlflowException) as refusal:
            call()
        assert refusal.value.error_code == "RESOURCE_DOES_NOT_EXIST"
