"""The fluent API of the unmodified `mlflow` client: runs, everything that a run logs, and what gets it back."""

import json
import math
import time

import mlflow
import numpy
import pandas
import pytest
from mlflow.entities import LoggedModelOutput
from mlflow.exceptions import MlflowException
from mlflow.utils.validation import MAX_PARAM_VAL_LENGTH


def logged(client, run):
    return client.get_run(run.info.run_id).data


def test_a_run_starts_with_every_argument(client, experiment, unique):
    with mlflow.start_run(run_name="parent") as parent:
        pass
    with mlflow.start_run(
        experiment_id=experiment.experiment_id, run_name="child", parent_run_id=parent.info.run_id,
        tags={"mlflow.user": "engineer", "kind": "try"}, description="as *told*", log_system_metrics=False,
    ) as run:
        assert mlflow.active_run().info.run_id == run.info.run_id
    got = mlflow.get_run(run.info.run_id)
    assert (got.info.run_name, got.info.experiment_id, got.info.user_id) == ("child", experiment.experiment_id, "engineer")
    assert got.info.lifecycle_stage == "active" and got.info.artifact_uri.endswith(f"/{run.info.run_id}/artifacts")
    tags = got.data.tags
    assert (tags["mlflow.parentRunId"], tags["mlflow.note.content"], tags["kind"]) == (parent.info.run_id, "as *told*", "try")
    assert (tags["mlflow.user"], tags["mlflow.source.type"]) == ("engineer", "LOCAL")
    assert mlflow.get_parent_run(run.info.run_id).info.run_id == parent.info.run_id
    assert mlflow.get_parent_run(parent.info.run_id) is None


def test_a_run_is_taken_up_again(client, experiment):
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_metric("loss", 3, step=0)
    before = client.get_run(run.info.run_id).info
    with mlflow.start_run(run_id=run.info.run_id) as again:
        assert client.get_run(again.info.run_id).info.status == "RUNNING"
        mlflow.log_metric("loss", 2, step=1)
    after = client.get_run(run.info.run_id)
    assert (after.info.status, after.info.run_name, after.info.start_time) == ("FINISHED", "first", before.start_time)
    assert after.info.end_time >= before.end_time and after.data.metrics == {"loss": 2}
    client.delete_run(run.info.run_id)
    with pytest.raises(MlflowException, match="(?i)deleted|active"):
        mlflow.start_run(run_id=run.info.run_id)


def test_nested_runs_stand_three_deep(client, experiment):
    with mlflow.start_run() as outer:
        with mlflow.start_run(nested=True) as middle:
            with mlflow.start_run(nested=True) as inner:
                assert mlflow.active_run().info.run_id == inner.info.run_id
            assert mlflow.active_run().info.run_id == middle.info.run_id
        with pytest.raises(Exception, match="already active"):
            mlflow.start_run()
    assert client.get_parent_run(inner.info.run_id).info.run_id == middle.info.run_id
    assert client.get_parent_run(middle.info.run_id).info.run_id == outer.info.run_id
    assert mlflow.last_active_run().info.run_id == outer.info.run_id
    assert mlflow.last_active_run().info.status == "FINISHED"


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED", "SCHEDULED"])
def test_a_run_ends_as_it_was_told(client, experiment, status):
    run = mlflow.start_run()
    mlflow.end_run(status)
    ended = client.get_run(run.info.run_id).info
    assert ended.status == status and ended.end_time >= ended.start_time


def test_the_experiment_in_force_is_the_one_set(client, unique):
    name = unique("experiment")
    made = mlflow.set_experiment(name)
    assert made.artifact_location and made.lifecycle_stage == "active" and made.creation_time <= made.last_update_time
    mlflow.set_experiment_tag("owner", "delays")
    mlflow.set_experiment_tags({"season": "winter", "number": 7})
    again = mlflow.set_experiment(experiment_id=made.experiment_id)
    assert {"owner": "delays", "season": "winter", "number": "7"}.items() <= again.tags.items()
    assert mlflow.get_experiment_by_name(name).experiment_id == mlflow.get_experiment(made.experiment_id).experiment_id
    mlflow.delete_experiment(made.experiment_id)
    with pytest.raises(MlflowException, match="deleted"):
        mlflow.set_experiment(name)
    # The name stays taken until the experiment is renamed or purged.
    with pytest.raises(MlflowException) as refusal:
        mlflow.create_experiment(name)
    assert refusal.value.error_code == "RESOURCE_ALREADY_EXISTS"


def test_experiments_are_searched(client, unique):
    stem = unique("delays")
    ids = [mlflow.create_experiment(f"{stem}-{letter}", tags={"letter": letter, "stem": stem}) for letter in "abc"]
    found = mlflow.search_experiments(filter_string=f"tags.stem = '{stem}'", order_by=["name DESC"])
    assert [e.experiment_id for e in found] == ids[::-1]
    found = mlflow.search_experiments(filter_string=f"tags.stem = '{stem}' AND tags.letter != 'b'", order_by=["name"])
    assert [e.experiment_id for e in found] == [ids[0], ids[2]]
    found = mlflow.search_experiments(filter_string=f"name ILIKE '{stem.upper()}-%'", max_results=2)
    assert [e.experiment_id for e in found] == ids[:0:-1], "the latest made first, no more than asked for"


def test_metrics_carry_step_time_model_and_dataset(client, experiment):
    dataset = mlflow.data.from_pandas(pandas.DataFrame({"a": [1, 2]}), name="flights")
    model = mlflow.create_external_model(name="elsewhere")
    with mlflow.start_run() as run:
        mlflow.log_metric("auc", 0.5, step=3, timestamp=1_700_000_000_123, model_id=model.model_id, dataset=dataset)
        mlflow.log_metrics({"f1": 0.25, "brier": -0.0}, step=4, timestamp=1_700_000_000_456, model_id=model.model_id)
    (point,) = client.get_metric_history(run.info.run_id, "auc")
    assert (point.value, point.step, point.timestamp) == (0.5, 3, 1_700_000_000_123)
    assert logged(client, run).metrics == {"auc": 0.5, "f1": 0.25, "brier": 0.0}
    by_key = {metric.key: metric for metric in mlflow.get_logged_model(model.model_id).metrics}
    assert {key: (m.value, m.step, m.run_id) for key, m in by_key.items()} == {
        "auc": (0.5, 3, run.info.run_id), "f1": (0.25, 4, run.info.run_id), "brier": (0.0, 4, run.info.run_id)
    }
    assert (by_key["auc"].dataset_name, by_key["auc"].dataset_digest) == ("flights", dataset.digest)
    assert not by_key["f1"].dataset_name


def test_what_is_logged_asynchronously_is_all_there_after_a_flush(client, experiment):
    with mlflow.start_run() as run:
        waiting = [mlflow.log_metric("loss", 1 / (step + 1), step=step, synchronous=False) for step in range(150)]
        mlflow.log_metrics({"auc": 0.5, "f1": 0.25}, step=1, synchronous=False)
        mlflow.log_params({f"p{number}": number for number in range(40)}, synchronous=False)
        mlflow.log_param("depth", 8, synchronous=False).wait()
        mlflow.set_tags({"season": "winter", "x": 1}, synchronous=False)
        mlflow.set_tag("stage", "try", synchronous=False)
        mlflow.flush_async_logging()
        for operation in waiting:
            operation.wait()
        data = logged(client, run)
        assert (data.metrics["loss"], data.metrics["auc"], data.params["p39"]) == (1 / 150, 0.5, "39")
        assert (data.params["depth"], data.tags["season"], data.tags["stage"]) == ("8", "winter", "try")
    history = client.get_metric_history(run.info.run_id, "loss")
    assert sorted((point.step, point.value) for point in history) == [(step, 1 / (step + 1)) for step in range(150)]


def test_an_asynchronous_refusal_reaches_whoever_waits(client, experiment):
    with mlflow.start_run():
        mlflow.log_param("depth", 8)
        with pytest.raises(MlflowException, match="(?i)param"):
            mlflow.log_param("depth", 9, synchronous=False).wait()


def test_tags_are_set_changed_and_deleted(client, experiment):
    with mlflow.start_run() as run:
        mlflow.set_tags({"a": 1, "b": "two", "many lines": "x\ny\nz"})
        mlflow.set_tag("a", [1, 2])
        mlflow.delete_tag("b")
        with pytest.raises(MlflowException) as refusal:
            mlflow.delete_tag("b")
        assert refusal.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    tags = logged(client, run).tags
    assert (tags["a"], tags["many lines"]) == ("[1, 2]", "x\ny\nz") and "b" not in tags


def test_a_table_grows_with_each_call_and_is_loaded_for_many_runs(client, experiment):
    runs = []
    for number in range(2):
        with mlflow.start_run() as run:
            mlflow.log_table({"input": ["a", "b"], "score": [number, 0.5]}, "tables/scores.json")
            mlflow.log_table(pandas.DataFrame({"input": ["c"], "score": [1.5]}), "tables/scores.json")
        runs.append(run.info.run_id)
    tags = json.loads(client.get_run(runs[0]).data.tags["mlflow.loggedArtifacts"])
    assert tags == [{"path": "tables/scores.json", "type": "table"}]
    one = mlflow.load_table("tables/scores.json", run_ids=runs[:1])
    assert (one["input"].tolist(), one["score"].tolist()) == (["a", "b", "c"], [0, 0.5, 1.5])
    both = mlflow.load_table("tables/scores.json", extra_columns=["run_id", "start_time"])
    assert len(both) == 6 and set(both["run_id"]) == set(runs) and both["start_time"].notna().all()


def test_images_are_logged_by_file_and_by_step(client, experiment):
    grey = (numpy.arange(64, dtype=numpy.uint8) * 4).reshape(8, 8)
    colour = numpy.zeros((6, 5, 3), dtype=numpy.float64)
    colour[..., 0] = 1.0
    with mlflow.start_run() as run:
        mlflow.log_image(grey, "images/grey.png")
        mlflow.log_image(colour, key="map/heat", step=2, timestamp=1_700_000_000_000)
        mlflow.log_image(mlflow.Image(grey), key="map/heat", step=3)
    back = mlflow.artifacts.load_image(f"{run.info.artifact_uri}/images/grey.png")
    assert numpy.array_equal(numpy.asarray(back), grey)
    names = sorted(item.path for item in client.list_artifacts(run.info.run_id, "images"))
    stepped = [name for name in names if "+step+" in name]
    assert len(stepped) == 4 and sum("compressed" in name for name in stepped) == 2
    assert any(name.startswith("images/map~heat+step+2+timestamp+1700000000000+") for name in stepped)
    full = next(name for name in stepped if "+step+2+" in name and "compressed" not in name)
    assert numpy.asarray(mlflow.artifacts.load_image(f"runs:/{run.info.run_id}/{full}"))[0, 0].tolist() == [255, 0, 0]


def test_figures_texts_dictionaries_and_files_come_back(client, experiment, tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    axes.plot([0, 1], [1, 0])
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a b.csv").write_text("x,y\n1,2\n")
    with mlflow.start_run() as run:
        mlflow.log_figure(figure, "plots/line.png")
        mlflow.log_dict({"a": [1, {"b": None}]}, "d.json")
        mlflow.log_dict({"a": [1, 2]}, "d.yaml")
        mlflow.log_text("<b>ünï</b>", "page.html")
        mlflow.log_artifact(tmp_path / "in" / "a b.csv", artifact_path="data/of run")
        mlflow.log_artifacts(tmp_path / "in")
    pyplot.close(figure)
    root = f"runs:/{run.info.run_id}"
    assert mlflow.artifacts.load_image(f"{root}/plots/line.png").size[0] > 100
    assert mlflow.artifacts.load_dict(f"{root}/d.json") == {"a": [1, {"b": None}]}
    assert mlflow.artifacts.load_text(f"{root}/page.html") == "<b>ünï</b>"
    assert mlflow.artifacts.load_text(f"{root}/data/of run/a b.csv") == "x,y\n1,2\n"
    listed = {(item.path, item.is_dir, item.file_size) for item in mlflow.artifacts.list_artifacts(run_id=run.info.run_id)}
    assert ("data", True, None) in listed and ("a b.csv", False, 8) in listed
    assert {item.path for item in mlflow.artifacts.list_artifacts(artifact_uri=f"{root}/data")} == {"data/of run"}
    folder = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="", dst_path=tmp_path / "out")
    assert (tmp_path / "out" / "data" / "of run" / "a b.csv").read_text() == "x,y\n1,2\n" and folder


def test_data_sets_of_several_kinds_are_inputs(client, experiment):
    frame = pandas.DataFrame({"distance": [1.0, 2.0], "carrier": ["AA", "UA"], "late": [0, 1]})
    tabled = mlflow.data.from_pandas(frame, source="https://example.org/flights.csv", name="flights", targets="late")
    arrays = mlflow.data.from_numpy(numpy.arange(6.0).reshape(3, 2), targets=numpy.array([0, 1, 0]), name="arrays")
    with mlflow.start_run() as run:
        mlflow.log_input(tabled, context="training", tags={"split": "70 %"})
        mlflow.log_inputs([arrays, tabled], contexts=["validation", "test"], tags_list=[{"a": "b"}, None])
    inputs = {entry.dataset.name: entry for entry in client.get_run(run.info.run_id).inputs.dataset_inputs}
    assert set(inputs) == {"flights", "arrays"}
    assert {tag.key: tag.value for tag in inputs["flights"].tags}["split"] == "70 %"
    assert {tag.key: tag.value for tag in inputs["arrays"].tags} == {"mlflow.data.context": "validation", "a": "b"}
    assert json.loads(inputs["flights"].dataset.profile) == {"num_rows": 2, "num_elements": 6}
    assert json.loads(inputs["arrays"].dataset.schema)["mlflow_tensorspec"]["features"]
    source = mlflow.data.get_source(inputs["flights"])
    assert source.url == "https://example.org/flights.csv"
    found = client.search_runs([experiment.experiment_id], filter_string="datasets.name = 'flights'")
    assert [r.info.run_id for r in found] == [run.info.run_id]
    assert client.search_runs([experiment.experiment_id], filter_string="dataset.context = 'nobody'") == []


def test_models_are_outputs_of_a_run(client, experiment):
    models = [mlflow.initialize_logged_model(name=f"step {step}", params={"step": step}) for step in range(2)]
    with mlflow.start_run() as run:
        mlflow.log_outputs(models=[LoggedModelOutput(model_id=m.model_id, step=step) for step, m in enumerate(models)])
    outputs = client.get_run(run.info.run_id).outputs.model_outputs
    assert sorted((output.step, output.model_id) for output in outputs) == list(enumerate(m.model_id for m in models))


def test_a_logged_model_goes_from_pending_to_ready(client, experiment):
    made = mlflow.initialize_logged_model(name="slow", params={"depth": 8}, tags={"kind": "forest"}, model_type="agent")
    assert (str(made.status), made.name, made.params, made.model_type) == ("PENDING", "slow", {"depth": "8"}, "agent")
    mlflow.set_logged_model_tags(made.model_id, {"kind": "tree", "more": 1})
    mlflow.delete_logged_model_tag(made.model_id, "more")
    mlflow.log_model_params({"leaves": 31}, model_id=made.model_id)
    done = mlflow.finalize_logged_model(made.model_id, "READY")
    assert str(done.status) == "READY" and done.last_updated_timestamp >= done.creation_timestamp
    got = mlflow.get_logged_model(made.model_id)
    assert (got.tags["kind"], "more" in got.tags, got.params) == ("tree", False, {"depth": "8", "leaves": "31"})
    failed = mlflow.finalize_logged_model(mlflow.initialize_logged_model(name="bad").model_id, "FAILED")
    assert str(failed.status) == "FAILED"
    client.delete_logged_model(made.model_id)
    with pytest.raises(MlflowException) as refusal:
        mlflow.get_logged_model(made.model_id)
    assert refusal.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_the_active_model_collects_metrics(client, experiment):
    with mlflow.set_active_model(name="live") as model:
        with mlflow.start_run() as run:
            mlflow.log_metric("auc", 0.75)
    got = mlflow.get_logged_model(model.model_id)
    assert [(m.key, m.value, m.run_id) for m in got.metrics] == [("auc", 0.75, run.info.run_id)]
    assert mlflow.search_logged_models([experiment.experiment_id], output_format="list")[0].model_id == model.model_id


def test_params_are_texts_no_longer_than_MLflow_keeps(client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_param("longest", "x" * MAX_PARAM_VAL_LENGTH)
        mlflow.log_param("longer", "y" * (MAX_PARAM_VAL_LENGTH + 1))  # cut, as MLFLOW_TRUNCATE_LONG_VALUES has it
        mlflow.log_params({"none": None, "list": [1, "a"], "path/with.dots and-dashes": math.pi})
    params = logged(client, run).params
    assert (params["longest"], params["longer"]) == ("x" * MAX_PARAM_VAL_LENGTH, "y" * MAX_PARAM_VAL_LENGTH)
    assert (params["none"], params["list"], params["path/with.dots and-dashes"]) == ("None", "[1, 'a']", str(math.pi))


def test_times_are_the_clients_when_it_gives_them(client, experiment):
    run = client.create_run(experiment.experiment_id, start_time=1_234, tags={"mlflow.runName": "by tag"})
    assert run.info.run_name == "by tag"
    client.set_terminated(run.info.run_id, end_time=5_678)
    info = client.get_run(run.info.run_id).info
    assert (info.start_time, info.end_time, info.status) == (1_234, 5_678, "FINISHED")
    client.log_metric(run.info.run_id, "now", 1)
    (point,) = client.get_metric_history(run.info.run_id, "now")
    assert abs(point.timestamp - time.time() * 1000) < 60_000 and point.step == 0


def test_a_metric_may_be_any_number_that_python_has(client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_metrics({"f32": numpy.float32(0.5), "i64": numpy.int64(3), "true": True, "array": numpy.array(2.5)})
    assert {"f32": 0.5, "i64": 3, "true": 1, "array": 2.5}.items() <= logged(client, run).metrics.items()
