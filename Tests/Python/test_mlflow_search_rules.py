"""What `mlflow` finds and in which order: runs, experiments and logged models, by every kind of field."""

import math
import uuid

import mlflow
import pandas
import pytest
from mlflow.entities import Metric, ViewType
from mlflow.exceptions import MlflowException


def refused(call, *arguments, **more):
    with pytest.raises(MlflowException) as refusal:
        call(*arguments, **more)
    assert refusal.value.error_code == "INVALID_PARAMETER_VALUE", refusal.value
    return str(refusal.value)


@pytest.fixture(scope="module")
def zoo(server_url):
    """Runs named a … f with everything that a filter can ask for; `found(filter, order)` gives their letters."""
    client = mlflow.MlflowClient(server_url)
    experiment_id = client.create_experiment(f"zoo-{uuid.uuid4().hex}")
    values = {"a": 0.1, "b": math.nan, "c": math.inf, "d": -math.inf, "e": 0.1, "f": None}
    ids = {}
    for number, (letter, value) in enumerate(values.items()):
        run = client.create_run(experiment_id, run_name=letter, start_time=1_000 + number).info.run_id
        if value is not None:
            client.log_metric(run, "auc", value)
            client.log_param(run, "size", str(number * 5))
            client.set_tag(run, "colour", "Red %" if number % 2 else "blue_1")
        client.log_metric(run, "step.loss/x y", number)
        client.set_terminated(run, "FINISHED" if letter != "c" else "KILLED", end_time=9_000 - number)
        ids[letter] = run
    letters = {run: letter for letter, run in ids.items()}

    def found(text="", order=None, **more):
        runs = client.search_runs([experiment_id], text, order_by=order, **more)
        return "".join(letters[run.info.run_id] for run in runs)

    found.ids = ids
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metrics.auc = 0.1", "ea"),
        ("metrics.auc > 100", "c"),
        ("metrics.auc < 0", "d"),
        ("metrics.auc != 0.1", "dcb"),
        ("metrics.`step.loss/x y` >= 4", "fe"),
        ("metrics.\"step.loss/x y\" >= 4 and metrics.auc < 1", "e"),
        ("params.size = '5'", "b"),
        ("params.size != '5'", "edca"),
        ("params.size LIKE '1%'", "dc"),
        ("params.size IN ('5', '10')", None),
        ("tags.colour NOT IN ('5', '10')", None),
        ("params.size IS NULL", "f"),
        ("params.size IS NOT NULL", "edcba"),
        ("tags.colour = 'Red %'", "db"),
        ("tags.colour ILIKE 'red %'", "db"),
        ("tags.colour LIKE 'red%'", ""),
        ("tags.colour LIKE '%lue!_1' OR tags.colour = ''", None),
        ("tags.colour IS NULL", "f"),
        ("tag.colour LIKE 'b%'", "eca"),
        ("attributes.status = 'KILLED'", "c"),
        ("status != 'FINISHED'", "c"),
        ("attributes.status IN ('KILLED')", None),
        ("attributes.`Run name` = 'a'", "a"),
        ("attributes.\"run name\" != 'a'", "fedcb"),
        ("run.run_name ILIKE 'A'", "a"),
        ("attributes.start_time >= 1004", "fe"),
        ("attribute.Start_time = '1004'", None),
        ("attributes.end_time < 8997", "fe"),
        ("attributes.created > 1003", "fe"),
        ("attributes.artifact_uri LIKE '%artifacts'", "fedcba"),
        ("attributes.user_id = 'unknown'", "fedcba"),
        ("attributes.run_id IN ('{a}','{f}')", "fa"),
        ("run_id NOT IN ('{a}','{f}')", "edcb"),
        ("attributes.run_id = '{a}'", "a"),
    ],
)
def test_filters_of_runs(zoo, text, expected):
    text = text.format(**zoo.ids)
    if expected is None:
        refused(zoo, text)
    else:
        assert zoo(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "metrics.auc", "metrics.auc > 'high'", "metrics.auc LIKE '1'", "params.size > 1", "params.size = 5", "params.size > '1'",
        "attributes.colour = 'x'", "attributes.start_time > 'now'", "attributes.start_time LIKE '1'", "colour.x = '1'",
        "tags.colour = blue", "tags.colour",
        "(metrics.auc > 1", "metrics.auc > 1 OR metrics.auc < 0", "params.size IN ()", "params.size IN 'a'",
        "metrics.auc IN (1, 2)", "metrics.auc IS NULL", "tags.'colour = 'a'", "metrics.auc >> 1", "dataset.size = 'x'",
        "attributes.status LIKE 3", "run_id IN ('a', 3)",
    ],
)
def test_filters_of_runs_that_make_no_sense(zoo, text):
    refused(zoo, text)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (["metrics.auc"], "deacbf"),
        (["metrics.auc ASC", "start_time ASC"], "daecbf"),
        (["metrics.auc DESC", "start_time ASC"], "caedbf"),
        (["params.size ASC"], "acdebf"),
        (["params.size DESC"], "bedcaf"),
        (["tags.colour ASC", "attributes.start_time DESC"], "dbecaf"),
        (["attributes.start_time ASC"], "abcdef"),
        (["start_time"], "abcdef"),
        (["end_time DESC"], "abcdef"),
        (["attributes.run_name DESC"], "fedcba"),
        (["status DESC", "run_name ASC"], "cabdef"),
        (["metrics.never DESC"], "fedcba"),
        (["metrics.`step.loss/x y` DESC"], "fedcba"),
        (["metrics.\"step.loss/x y\" asc"], "abcdef"),
    ],
    ids=str,
)
def test_orders_of_runs(zoo, order, expected):
    assert zoo(order=order) == expected


@pytest.mark.parametrize("order", [["colour"], ["metrics.auc SIDEWAYS"], ["metrics.auc ASC DESC"], ["attributes.colour"], ["x.y ASC"]])
def test_orders_of_runs_that_make_no_sense(zoo, order):
    refused(zoo, order=order)


def test_runs_of_several_experiments_and_states_are_found_together(client, unique):
    ids = [client.create_experiment(unique("many")) for _ in range(3)]
    runs = [client.create_run(one, start_time=1_000 + number).info.run_id for number, one in enumerate(ids)]
    client.delete_run(runs[1])

    def found(view, which=ids):
        return [runs.index(run.info.run_id) for run in client.search_runs(which, run_view_type=view)]

    assert (found(ViewType.ACTIVE_ONLY), found(ViewType.DELETED_ONLY), found(ViewType.ALL)) == ([2, 0], [1], [2, 1, 0])
    client.delete_experiment(ids[0])
    assert found(ViewType.ACTIVE_ONLY, ids[:1]) == [] and found(ViewType.ALL, ids[:1]) == [0]
    assert client.get_run(runs[0]).info.lifecycle_stage == "deleted", "its runs go with an experiment"
    client.restore_experiment(ids[0])
    assert found(ViewType.ACTIVE_ONLY) == [2, 0]
    assert client.search_runs([]) == [] and client.search_runs(["987654321"]) == []


def test_all_experiments_are_searched_by_name_or_together(client, unique):
    names = [unique("everywhere") for _ in range(2)]
    for name in names:
        mlflow.set_experiment(name)
        with mlflow.start_run(tags={"batch": names[0]}):
            mlflow.log_metric("auc", 0.5)
    table = mlflow.search_runs(experiment_names=[*names, "nobody"], order_by=["start_time ASC"])
    assert len(table) == 2 and table["experiment_id"].nunique() == 2
    assert (table["end_time"] >= table["start_time"]).all() and str(table["start_time"].dtype).startswith("datetime64")
    everywhere = mlflow.search_runs(search_all_experiments=True, filter_string=f"tags.batch = '{names[0]}'")
    assert set(everywhere["run_id"]) == set(table["run_id"])
    assert mlflow.search_runs(experiment_names=["nobody"]).empty


def test_experiments_are_found_by_time_tag_and_view(client, unique):
    stem = unique("view")
    ids = [client.create_experiment(f"{stem}-{letter}", tags={"odd": str(number % 2)}) for number, letter in enumerate("abcd")]
    made = client.get_experiment(ids[0]).creation_time

    def found(text, order=("name ASC",), **more):
        experiments = client.search_experiments(filter_string=text, order_by=list(order), **more)
        return "".join(e.name[-1] for e in experiments if e.name.startswith(stem))

    assert found(f"creation_time >= {made}") == "abcd"
    assert found(f"attribute.last_update_time > {made - 1} AND tags.odd = '1'") == "bd"
    assert found(f"name LIKE '{stem}%' AND tag.odd ILIKE '0'") == "ac"
    assert found(f"attributes.name != '{stem}-a' and name LIKE '{stem}-_'") == "bcd"
    client.delete_experiment(ids[1])
    client.rename_experiment(ids[2], f"{stem}-z")
    like = f"name LIKE '{stem}%'"
    assert found(like) == "adz" and found(like, view_type=ViewType.DELETED_ONLY) == "b"
    assert found(like, view_type=ViewType.ALL, order=["name DESC"]) == "zdba"
    assert found(like, order=["last_update_time DESC"])[0] == "z"
    assert found(like, order=[]) [0] in "dz" and found(like, order=["experiment_id DESC"]) == "dza"
    for wrong in ("colour = 'x'", "creation_time LIKE '1'", "name > 'a'", "name = 'a' OR name = 'b'", "tags.odd > '1'", "name ="):
        refused(client.search_experiments, filter_string=wrong)
    for wrong in ("colour", "name sideways", "tags.odd ASC"):
        refused(client.search_experiments, order_by=[wrong])


@pytest.fixture
def models(client, experiment):
    """Logged models 0 … 3 with a metric on two data sets, params and tags."""
    train, test = (mlflow.data.from_pandas(pandas.DataFrame({"x": [seed]}), name=name) for seed, name in enumerate(["train", "test"]))
    ids = []
    for number, auc in enumerate([0.2, 0.9, 0.5, None]):
        model = client.create_logged_model(
            experiment.experiment_id, name=f"forest-{number}", params={"depth": str(number)}, tags={"even": str(number % 2 == 0)},
            model_type="classifier",
        )
        if auc is not None:
            run = client.create_run(experiment.experiment_id).info.run_id
            for time, (dataset, value) in enumerate([(train, auc), (test, 1 - auc)]):
                client.log_metric(
                    run, "auc", value, timestamp=1_000 + time, model_id=model.model_id, dataset_name=dataset.name,
                    dataset_digest=dataset.digest,
                )
            client.log_metric(run, "loss", number, model_id=model.model_id)
        if number != 2:
            client.finalize_logged_model(model.model_id, "READY")
        ids.append(model.model_id)

    def found(text=None, **more):
        result = client.search_logged_models([experiment.experiment_id], filter_string=text, **more)
        return [ids.index(model.model_id) for model in result]

    found.ids, found.digests = ids, {"train": train.digest, "test": test.digest}
    return found


def test_logged_models_are_filtered(models):
    assert models() == [3, 2, 1, 0], "the last made first"
    assert models("name = 'forest-1'") == [1]
    assert models("name LIKE 'forest-%' AND params.depth = '2'") == [2]
    assert models("tags.even = 'True'") == [2, 0]
    assert models("status = 'READY'") == [3, 1, 0]
    assert models("attributes.model_type = 'classifier' AND status != 'READY'") == [2]
    assert models(f"model_id = '{models.ids[0]}'") == [0]
    assert models(f"model_id IN ('{models.ids[0]}', '{models.ids[3]}')") == [3, 0]
    assert models("metrics.auc > 0.4") == [2, 0], "on the data set measured last"
    train = {"dataset_name": "train", "dataset_digest": models.digests["train"]}
    assert models("metrics.auc > 0.4", datasets=[train]) == [2, 1]
    assert models(datasets=[train]) == [2, 1, 0], "whatever has a metric on it"
    assert models("metrics.auc > 0.4", datasets=[{"dataset_name": "test", "dataset_digest": models.digests["test"]}]) == [2, 0]
    assert models("metrics.loss < 1 AND metrics.auc > 0.5") == [0]
    assert models("creation_timestamp > 0") == [3, 2, 1, 0]


def test_logged_models_are_ordered(models):
    by_time = {"field_name": "creation_time", "ascending": True}
    assert models(order_by=[by_time]) == [0, 1, 2, 3]
    assert models(order_by=[{"field_name": "name", "ascending": False}]) == [3, 2, 1, 0]
    train = {"field_name": "metrics.auc", "dataset_name": "train", "dataset_digest": models.digests["train"]}
    assert models(order_by=[train, by_time]) == [0, 2, 1, 3]
    assert models(order_by=[{**train, "ascending": False}]) == [1, 2, 0, 3]
    assert models(order_by=[{**train, "ascending": True}]) == [0, 2, 1, 3]
    test = {"field_name": "metrics.auc", "dataset_name": "test", "ascending": True}
    assert models(order_by=[test]) == [1, 2, 0, 3]
    assert models(order_by=[{"field_name": "metrics.loss", "ascending": True}]) == [0, 1, 2, 3]
    refused(models, order_by=[{"field_name": "params.depth", "ascending": True}])


def test_logged_models_come_in_pages(client, experiment, models):
    got, token = [], None
    while True:
        page = client.search_logged_models([experiment.experiment_id], max_results=3, page_token=token)
        got.append([models.ids.index(model.model_id) for model in page])
        token = page.token
        if not token:
            break
    assert got == [[3, 2, 1], [0]]
    first = client.search_logged_models([experiment.experiment_id], max_results=3)
    refused(client.search_logged_models, [client.create_experiment(experiment.name + "-other")], page_token=first.token)
    refused(client.search_logged_models, [experiment.experiment_id], page_token=first.token, filter_string="name = 'a'")
    table = mlflow.search_logged_models([experiment.experiment_id], order_by=[{"field_name": "creation_time", "ascending": True}])
    assert table["name"].tolist() == [f"forest-{n}" for n in range(4)] and table["model_id"].tolist() == models.ids


@pytest.mark.parametrize("text", ["Foo", "colour.x = 'a'", "name > 1", "name = 'a' OR name = 'b'", "params.depth < 2"])
def test_filters_of_logged_models_that_make_no_sense(client, experiment, text):
    refused(client.search_logged_models, [experiment.experiment_id], filter_string=text)


@pytest.mark.parametrize("field", ["colour", "tags.even", "attributes.name", "x.y"])
def test_orders_of_logged_models_that_make_no_sense(client, experiment, field):
    refused(client.search_logged_models, [experiment.experiment_id], order_by=[{"field_name": field}])


def test_a_search_looks_at_the_latest_value_only(client, experiment):
    run = client.create_run(experiment.experiment_id).info.run_id
    client.log_batch(run, [Metric("loss", 9, 1, 0), Metric("loss", 2, 1, 2), Metric("loss", 5, 9, 1)])
    ids = [experiment.experiment_id]
    assert client.search_runs(ids, "metrics.loss > 4") == [] and len(client.search_runs(ids, "metrics.loss = 2")) == 1
