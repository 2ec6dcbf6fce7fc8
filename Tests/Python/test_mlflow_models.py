"""The unmodified `mlflow` client logs models of several flavors, loads them by every address, and evaluates them."""

import json

import mlflow
import numpy
import pandas
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature, infer_signature
from mlflow.types import ParamSchema, ParamSpec

# The requirements are given, because inferring them starts a process for each model.
PLAIN = ["mlflow"]


class Threshold(mlflow.pyfunc.PythonModel):
    """Late when the score that `weights.json` gives is above `level`."""

    def load_context(self, context):
        with open(context.artifacts["weights"]) as file:
            self.weights = json.load(file)

    def predict(self, context, model_input: pandas.DataFrame, params=None):
        score = sum(model_input[name] * weight for name, weight in self.weights.items())
        return (score > (params or {}).get("level", 0.5)).astype(int).to_numpy()


@pytest.fixture(scope="module")
def table():
    random = numpy.random.default_rng(11)
    return pandas.DataFrame({"distance": random.uniform(0, 1, 60), "delay": random.uniform(0, 1, 60)})


@pytest.fixture(scope="module")
def late(table):
    return (table["distance"] * 0.3 + table["delay"] > 0.6).astype(int)


@pytest.fixture(scope="module")
def logistic(table, late):
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression().fit(table, late)


def log_logistic(logistic, table, **more):
    return mlflow.sklearn.log_model(
        logistic, name="model", input_example=table.head(2), signature=infer_signature(table, logistic.predict(table)),
        pip_requirements=["scikit-learn"], serialization_format="cloudpickle", **more,
    )


def test_one_model_has_many_addresses(client, experiment, unique, table, logistic):
    name = unique("delay")
    with mlflow.start_run() as run:
        info = log_logistic(logistic, table, registered_model_name=name, params={"C": 1.0}, tags={"kind": "linear"})
        log_logistic(logistic, table, registered_model_name=name)
    client.transition_model_version_stage(name, "1", "Staging")
    client.set_registered_model_alias(name, "champion", "1")
    expected = logistic.predict(table)
    for uri in (
        info.model_uri, f"models:/{info.model_id}", f"models:/{name}/1", f"models:/{name}/Staging",
        f"models:/{name}@champion", f"models:/{name}/latest", f"runs:/{run.info.run_id}/model", info.artifact_path,
    ):
        assert numpy.array_equal(mlflow.pyfunc.load_model(uri).predict(table), expected), uri
    assert mlflow.models.get_model_info(f"models:/{name}/1").model_uuid == info.model_uuid
    logged = mlflow.get_logged_model(info.model_id)
    assert (logged.params, logged.tags["kind"], logged.name) == ({"C": "1.0"}, "linear", "model")
    versions = json.loads(logged.tags["mlflow.modelVersions"])
    assert {(entry["name"], int(entry["version"])) for entry in versions} == {(name, 1)}
    assert sorted(output.model_id for output in client.get_run(run.info.run_id).outputs.model_outputs) == sorted(
        model.model_id for model in mlflow.search_logged_models([experiment.experiment_id], output_format="list")
    )


def test_a_registered_model_takes_a_model_logged_before(client, experiment, unique, table, logistic):
    name = unique("delay")
    with mlflow.start_run() as run:
        info = log_logistic(logistic, table)
    by_model = mlflow.register_model(info.model_uri, name, tags={"by": "model"})
    by_run = mlflow.register_model(f"runs:/{run.info.run_id}/model", name)
    assert [int(v.version) for v in (by_model, by_run)] == [1, 2] and by_model.tags == {"by": "model"}
    assert by_model.run_id == by_run.run_id == run.info.run_id
    for version in (by_model, by_run):
        loaded = mlflow.sklearn.load_model(f"models:/{name}/{version.version}")
        assert numpy.array_equal(loaded.predict_proba(table), logistic.predict_proba(table))


def test_xgboost_predicts_alike_when_it_comes_back(client, experiment, table, late):
    xgboost = pytest.importorskip("xgboost")
    booster = xgboost.train(
        {"objective": "binary:logistic", "max_depth": 2, "nthread": 1}, xgboost.DMatrix(table, late), num_boost_round=5
    )
    with mlflow.start_run():
        info = mlflow.xgboost.log_model(booster, name="booster", model_format="json", pip_requirements=["xgboost"])
    expected = booster.predict(xgboost.DMatrix(table))
    assert numpy.array_equal(mlflow.pyfunc.load_model(info.model_uri).predict(table), expected)
    assert numpy.array_equal(mlflow.xgboost.load_model(info.model_uri).predict(xgboost.DMatrix(table)), expected)


def test_a_class_with_code_artifacts_and_params_is_a_model(client, experiment, table, late, tmp_path):
    (tmp_path / "weights.json").write_text('{"distance": 0.3, "delay": 1.0}')
    (tmp_path / "flight_rules.py").write_text("LEVEL = 0.6\n")
    signature = ModelSignature(
        inputs=infer_signature(table).inputs, outputs=infer_signature(late.to_numpy()).inputs,
        params=ParamSchema([ParamSpec("level", "double", 0.6)]),
    )
    with mlflow.start_run():
        info = mlflow.pyfunc.log_model(
            name="threshold", python_model=Threshold(), artifacts={"weights": str(tmp_path / "weights.json")},
            code_paths=[str(tmp_path / "flight_rules.py")], signature=signature, input_example=(table.head(2), {"level": 0.6}),
            pip_requirements=PLAIN, metadata={"owner": "delays", "nested": {"a": [1]}},
        )
    loaded = mlflow.pyfunc.load_model(info.model_uri)
    assert numpy.array_equal(loaded.predict(table), late)
    assert loaded.predict(table, params={"level": 9.0}).sum() == 0
    assert loaded.metadata.metadata == {"owner": "delays", "nested": {"a": [1]}}
    with pytest.raises(MlflowException, match="(?i)schema|missing inputs"):
        loaded.predict(table[["delay"]])
    files = client.list_logged_model_artifacts(info.model_id, "code")
    assert [item.path for item in files] == ["code/flight_rules.py"]


def test_a_function_is_a_model(client, experiment):
    def doubled(model_input: list[str]) -> list[str]:
        return [text * 2 for text in model_input]

    with mlflow.start_run():
        info = mlflow.pyfunc.log_model(
            name="doubled", python_model=doubled, input_example=["ab"], pip_requirements=PLAIN
        )
    assert mlflow.pyfunc.load_model(info.model_uri).predict(["ab", "c"]) == ["abab", "cc"]


def test_a_model_needs_no_run(client, experiment, table, logistic):
    info = log_logistic(logistic, table)
    logged = mlflow.get_logged_model(info.model_id)
    assert (str(logged.status), logged.experiment_id, logged.source_run_id or None) == ("READY", experiment.experiment_id, None)
    assert numpy.array_equal(mlflow.pyfunc.load_model(info.model_uri).predict(table), logistic.predict(table))


def test_what_is_no_model_cannot_be_loaded_or_registered(client, experiment, unique):
    with mlflow.start_run() as run:
        mlflow.log_text("no model", "notes/note.txt")
    for uri in (f"runs:/{run.info.run_id}/notes", f"models:/{unique('nobody')}/1", "models:/m-" + "0" * 32):
        with pytest.raises(MlflowException):
            mlflow.pyfunc.load_model(uri)
    with pytest.raises(MlflowException):
        mlflow.register_model(f"runs:/{run.info.run_id}/missing", unique("delay"), await_registration_for=1)


def test_a_classifier_is_evaluated(client, experiment, table, late, logistic):
    data = table.assign(late=late)
    with mlflow.start_run() as run:
        info = log_logistic(logistic, table)
        result = mlflow.models.evaluate(
            info.model_uri, data, targets="late", model_type="classifier", evaluator_config={"log_explainer": False}
        )
    metrics = client.get_run(run.info.run_id).data.metrics
    assert metrics["accuracy_score"] == result.metrics["accuracy_score"] == logistic.score(table, late)
    assert {"roc_auc", "f1_score", "log_loss", "true_negatives"} <= metrics.keys()
    names = {item.path for item in client.list_artifacts(run.info.run_id)}
    assert {"roc_curve_plot.png", "confusion_matrix.png"} <= names
    (entry,) = client.get_run(run.info.run_id).inputs.dataset_inputs
    by_key = {metric.key: metric for metric in mlflow.get_logged_model(info.model_id).metrics}
    assert by_key["accuracy_score"].value == metrics["accuracy_score"]
    assert by_key["accuracy_score"].dataset_digest == entry.dataset.digest


def test_a_regressor_is_evaluated_against_its_own_metric(client, experiment, table):
    from mlflow.metrics import make_metric
    from sklearn.linear_model import LinearRegression

    target = table["distance"] * 2 + 1
    model = LinearRegression().fit(table, target)
    worst = make_metric(
        eval_fn=lambda predictions, targets: float((predictions - targets).abs().max()), greater_is_better=False, name="worst"
    )
    with mlflow.start_run() as run:
        result = mlflow.evaluate(
            model.predict, table.assign(y=target), targets="y", model_type="regressor", evaluators="default",
            extra_metrics=[worst], evaluator_config={"log_explainer": False},
        )
    metrics = client.get_run(run.info.run_id).data.metrics
    assert metrics["r2_score"] == pytest.approx(1) and metrics["worst"] < 1e-9
    assert {"mean_absolute_error", "root_mean_squared_error", "max_error"} <= metrics.keys() == result.metrics.keys()


def test_static_predictions_are_evaluated_with_a_table_of_rows(client, experiment, table, late):
    data = table.assign(late=late, guess=1 - late)
    with mlflow.start_run() as run:
        result = mlflow.evaluate(
            data=data, targets="late", predictions="guess", model_type="classifier", evaluator_config={"log_explainer": False}
        )
    assert result.metrics["accuracy_score"] == 0
    assert client.get_run(run.info.run_id).data.metrics["accuracy_score"] == 0
