"""The unmodified `mlflow` client logs models, registers them, moves them between stages and loads them."""

import json

import mlflow
import numpy
import pandas
import pytest
import sklearn
import xgboost
from mlflow.exceptions import MlflowException, RestException
from mlflow.models import infer_signature
from sklearn.linear_model import LogisticRegression


@pytest.fixture(scope="module")
def frame():
    random = numpy.random.default_rng(7)
    table = pandas.DataFrame({"distance": random.uniform(80, 4983, 400), "dep_delay": random.normal(10, 40, 400)})
    return table, (table["dep_delay"] + random.normal(0, 20, 400) > 15).astype(int)


@pytest.fixture(scope="module")
def forest(frame):
    table, late = frame
    model = xgboost.XGBClassifier(n_estimators=20, max_depth=3, random_state=1, n_jobs=1)
    return model.fit(table, late)


@pytest.fixture(scope="module")
def logistic(frame):
    table, late = frame
    return LogisticRegression().fit(table / [1000, 10], late)


def log_sklearn(model, frame, name):
    table, _ = frame
    return mlflow.sklearn.log_model(
        model, name="model", registered_model_name=name, input_example=table.head(3),
        signature=infer_signature(table, model.predict(table)), pip_requirements=[f"scikit-learn=={sklearn.__version__}"],
        serialization_format="cloudpickle",
    )


def log_xgboost(model, frame, name):
    table, _ = frame
    return mlflow.xgboost.log_model(
        model, name="model", registered_model_name=name, input_example=table.head(3),
        signature=infer_signature(table, model.predict(table)), pip_requirements=[f"xgboost=={xgboost.__version__}"],
        model_format="ubj",
    )


@pytest.fixture
def registered(client, experiment, unique, frame, logistic):
    """A registered model with three versions, each of another run: (name, run ids)."""
    name, runs = unique("flight-delay"), []
    for number in range(3):
        with mlflow.start_run() as run:
            mlflow.log_metric("auc", 0.7 + number / 100)
            log_sklearn(logistic, frame, name)
        runs.append(run.info.run_id)
    return name, runs


@pytest.mark.parametrize("flavor", ["sklearn", "xgboost"])
def test_a_model_is_logged_registered_promoted_and_loaded(client, experiment, unique, frame, logistic, forest, flavor):
    table, _ = frame
    name = unique(f"delay-{flavor}")
    model, log = {"sklearn": (logistic, log_sklearn), "xgboost": (forest, log_xgboost)}[flavor]
    with mlflow.start_run() as run:
        info = log(model, frame, name)
    assert info.registered_model_version in (1, "1") and info.signature is not None

    client.transition_model_version_stage(name, "1", "Production", archive_existing_versions=True)
    client.set_registered_model_alias(name, "champion", "1")
    expected = model.predict(table)
    for uri in (f"models:/{name}/Production", f"models:/{name}@champion", f"models:/{name}/1", info.model_uri,
                f"runs:/{run.info.run_id}/model"):
        loaded = mlflow.pyfunc.load_model(uri)
        numpy.testing.assert_allclose(loaded.predict(table), expected, rtol=0, atol=1e-9, err_msg=uri)
    assert loaded.metadata.get_input_schema().input_names() == ["distance", "dep_delay"]
    native = getattr(mlflow, flavor).load_model(f"models:/{name}/Production")
    numpy.testing.assert_allclose(native.predict_proba(table), model.predict_proba(table), rtol=0, atol=1e-9)


def test_the_logged_model_knows_its_run_and_its_example(client, experiment, unique, frame, logistic):
    table, _ = frame
    name = unique("delay")
    with mlflow.start_run() as run:
        info = log_sklearn(logistic, frame, name)
    logged = client.get_logged_model(info.model_id)
    assert (logged.source_run_id, str(logged.status)) == (run.info.run_id, "READY")
    assert [output.model_id for output in client.get_run(run.info.run_id).outputs.model_outputs] == [info.model_id]
    loaded = mlflow.pyfunc.load_model(info.model_uri)
    pandas.testing.assert_frame_equal(loaded.input_example, table.head(3))
    found = client.search_logged_models([experiment.experiment_id])
    assert [model.model_id for model in found] == [info.model_id]
    path = mlflow.artifacts.download_artifacts(f"models:/{name}/1")
    with open(f"{path}/MLmodel") as file:
        assert "python_function" in file.read()


def test_a_version_points_to_its_run_and_source(client, registered):
    name, runs = registered
    for number, run in enumerate(runs, start=1):
        version = client.get_model_version(name, str(number))
        assert (version.name, str(version.version), version.run_id) == (name, str(number), run)
        assert (version.status, version.current_stage) == ("READY", "None")
        assert version.source.startswith("models:/m-")
        assert client.get_model_version_download_uri(name, str(number))


def test_versions_are_listed_by_stage_and_moving_archives_the_old(client, registered):
    name, _ = registered

    def latest(*stages):
        return {v.current_stage: str(v.version) for v in client.get_latest_versions(name, list(stages) or None)}

    assert latest() == {"None": "3"}
    client.transition_model_version_stage(name, "1", "Staging")
    client.transition_model_version_stage(name, "1", "Production")
    client.transition_model_version_stage(name, "2", "Staging")
    assert latest() == {"None": "3", "Staging": "2", "Production": "1"}
    assert latest("Production") == {"Production": "1"}
    assert latest("Production", "Archived") == {"Production": "1"}
    moved = client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)
    assert (str(moved.version), moved.current_stage) == ("2", "Production")
    assert latest() == {"None": "3", "Production": "2", "Archived": "1"}
    # Without archiving two versions may share a stage; the greater number is the latest.
    client.transition_model_version_stage(name, "3", "production")
    assert latest("Production") == {"Production": "3"}
    assert client.get_model_version(name, "2").current_stage == "Production"


def test_a_stage_that_does_not_exist_is_refused(client, registered):
    name, _ = registered
    with pytest.raises(MlflowException) as refusal:
        client.transition_model_version_stage(name, "1", "Shipped")
    assert refusal.value.error_code == "INVALID_PARAMETER_VALUE"
    assert client.get_model_version(name, "1").current_stage == "None"


def test_aliases_move_and_are_removed(client, registered):
    name, _ = registered
    client.set_registered_model_alias(name, "champion", "1")
    client.set_registered_model_alias(name, "challenger", "2")
    assert str(client.get_model_version_by_alias(name, "champion").version) == "1"
    client.set_registered_model_alias(name, "champion", "2")
    assert str(client.get_model_version_by_alias(name, "champion").version) == "2"
    assert sorted(client.get_model_version(name, "2").aliases) == ["challenger", "champion"]
    assert client.get_model_version(name, "1").aliases == []
    assert client.get_registered_model(name).aliases == {"champion": "2", "challenger": "2"}
    client.delete_registered_model_alias(name, "champion")
    with pytest.raises(MlflowException):
        client.get_model_version_by_alias(name, "champion")


def test_versions_and_models_are_searched(client, registered):
    name, runs = registered

    def numbers(text, **more):
        return [int(v.version) for v in client.search_model_versions(text, **more)]

    assert sorted(numbers(f"name = '{name}'")) == [1, 2, 3]
    assert numbers(f"name = '{name}'", order_by=["version_number DESC"]) == [3, 2, 1]
    assert numbers(f"run_id = '{runs[1]}'") == [2]
    assert sorted(numbers(f"name LIKE '{name[:-2]}%'")) == [1, 2, 3]
    assert numbers("name = 'nobody has this name'") == []
    assert [m.name for m in client.search_registered_models(f"name = '{name}'")] == [name]
    page = client.search_model_versions(f"name = '{name}'", max_results=2, order_by=["version_number ASC"])
    rest = client.search_model_versions(
        f"name = '{name}'", max_results=2, order_by=["version_number ASC"], page_token=page.token
    )
    assert [int(v.version) for v in [*page, *rest]] == [1, 2, 3]


def test_descriptions_and_tags_are_kept(client, registered):
    name, _ = registered
    client.update_registered_model(name, description="late at the gate?")
    client.set_registered_model_tag(name, "team", "delays")
    client.set_registered_model_tag(name, "gone", "soon")
    client.delete_registered_model_tag(name, "gone")
    client.update_model_version(name, "1", description="the first")
    client.set_model_version_tag(name, "1", "checked", "yes ✈")
    client.set_model_version_tag(name, "1", "gone", "soon")
    client.delete_model_version_tag(name, "1", "gone")
    model, version = client.get_registered_model(name), client.get_model_version(name, "1")
    assert (model.description, model.tags) == ("late at the gate?", {"team": "delays"})
    assert (version.description, version.tags) == ("the first", {"checked": "yes ✈"})


def test_a_version_deleted_is_gone_and_its_number_is_not_used_again(client, registered):
    name, _ = registered
    client.delete_model_version(name, "2")
    with pytest.raises(MlflowException) as refusal:
        client.get_model_version(name, "2")
    assert refusal.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    again = mlflow.register_model(client.get_model_version(name, "3").source, name)
    assert int(again.version) == 4


def test_a_model_is_renamed_and_deleted(client, registered):
    name, _ = registered
    client.rename_registered_model(name, name + "-new")
    assert sorted(int(v.version) for v in client.search_model_versions(f"name = '{name}-new'")) == [1, 2, 3]
    client.delete_registered_model(name + "-new")
    for gone in (name, name + "-new"):
        with pytest.raises(MlflowException) as refusal:
            client.get_registered_model(gone)
        assert refusal.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_a_models_name_is_taken_only_once(client, unique):
    name = unique("flight-delay")
    client.create_registered_model(name, tags={"a": "b"}, description="one")
    with pytest.raises(RestException) as refusal:
        client.create_registered_model(name)
    assert refusal.value.error_code == "RESOURCE_ALREADY_EXISTS"


def test_what_is_missing_says_so(client, registered):
    name, _ = registered
    for call in (
        lambda: client.get_registered_model("nobody has this name"),
        lambda: client.get_latest_versions("nobody has this name"),
        lambda: client.get_model_version(name, "99"),
        lambda: client.transition_model_version_stage(name, "99", "Staging"),
        lambda: client.set_registered_model_alias(name, "champion", "99"),
    ):
        with pytest.raises(MlflowException) as refusal:
            call()
        assert refusal.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_nothing_is_loaded_from_an_empty_stage(client, registered):
    name, _ = registered
    with pytest.raises(MlflowException, match="(?i)no versions of model"):
        mlflow.pyfunc.load_model(f"models:/{name}/Production")


def test_the_input_example_is_served_back_as_json(client, experiment, unique, frame, logistic):
    with mlflow.start_run():
        info = log_sklearn(logistic, frame, unique("delay"))
    path = mlflow.artifacts.download_artifacts(info.model_uri)
    with open(f"{path}/serving_input_example.json") as file:
        assert json.load(file)["dataframe_split"]["columns"] == ["distance", "dep_delay"]
