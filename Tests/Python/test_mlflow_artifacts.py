"""The unmodified `mlflow` client stores files, figures and data sets with a run, and gets them back."""

import json

import mlflow
import pandas
import pytest


def test_artifacts_go_in_and_come_back(client, experiment, tmp_path):
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / "one.txt").write_text("one")
    (folder / "inner" / "two.bin").write_bytes(bytes(range(256)) * 4096)
    with mlflow.start_run() as run:
        mlflow.log_dict({"threshold": 0.5, "nested": {"a": [1, 2]}}, "config/settings.json")
        mlflow.log_text("plain ünïcode ✈", "notes.txt")
        mlflow.log_artifact(str(folder / "one.txt"), "single")
        mlflow.log_artifacts(str(folder), "many")
        mlflow.log_text("empty follows", "a name with spaces & more.txt")
    run_id = run.info.run_id

    def listed(path=None):
        return {(item.path, item.is_dir) for item in client.list_artifacts(run_id, path)}

    assert listed() == {
        ("config", True), ("notes.txt", False), ("single", True), ("many", True), ("a name with spaces & more.txt", False)
    }
    assert listed("many") == {("many/one.txt", False), ("many/inner", True)}
    (two,) = client.list_artifacts(run_id, "many/inner")
    assert (two.path, two.file_size) == ("many/inner/two.bin", 1024 * 1024)
    assert client.list_artifacts(run_id, "nothing/here") == []

    got = client.download_artifacts(run_id, "many", str(tmp_path))
    assert (tmp_path / "many" / "inner" / "two.bin").read_bytes() == bytes(range(256)) * 4096
    assert got.endswith("many")
    assert mlflow.artifacts.load_dict(f"runs:/{run_id}/config/settings.json") == {"threshold": 0.5, "nested": {"a": [1, 2]}}
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/notes.txt") == "plain ünïcode ✈"
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/a name with spaces & more.txt") == "empty follows"


def test_an_artifact_written_again_is_replaced(client, experiment):
    with mlflow.start_run() as run:
        mlflow.log_text("first", "note.txt")
        mlflow.log_text("second, and longer", "note.txt")
    assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/note.txt") == "second, and longer"


def test_a_missing_artifact_is_an_error(client, experiment):
    with mlflow.start_run() as run:
        pass
    with pytest.raises(Exception, match="(?i)not found|no such|does not exist|404|failed to download"):
        mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/missing.txt")


def test_a_figure_becomes_an_artifact(client, experiment):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    axes.plot([0, 1], [0, 1])
    with mlflow.start_run() as run:
        mlflow.log_figure(figure, "plots/roc.svg")
    pyplot.close(figure)
    assert "<svg" in mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/plots/roc.svg")


def test_a_dataset_is_an_input_of_its_run(client, experiment):
    frame = pandas.DataFrame({"distance": [1.0, 2.0], "late": [0, 1]})
    dataset = mlflow.data.from_pandas(frame, source="https://example.org/flights.csv", name="flights", targets="late")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training")
        mlflow.log_input(dataset, context="training")
    (logged,) = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert (logged.dataset.name, logged.dataset.digest) == ("flights", dataset.digest)
    assert {tag.key: tag.value for tag in logged.tags}["mlflow.data.context"] == "training"
    assert json.loads(logged.dataset.schema)["mlflow_colspec"][0]["name"] == "distance"


def test_sklearn_is_logged_by_itself(client, experiment):
    import numpy
    from sklearn.linear_model import LogisticRegression

    mlflow.sklearn.autolog(log_models=False)
    try:
        with mlflow.start_run() as run:
            LogisticRegression(C=0.5).fit(numpy.array([[0.0], [1.0], [2.0], [3.0]]), [0, 0, 1, 1])
    finally:
        mlflow.sklearn.autolog(disable=True)
    data = client.get_run(run.info.run_id).data
    assert data.params["C"] == "0.5"
    assert data.metrics["training_accuracy_score"] == 1.0
