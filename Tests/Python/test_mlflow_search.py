"""The unmodified `mlflow` client finds runs and experiments: filters, orders, pages, the deleted."""

import math

import mlflow
import pytest
from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException


def test_experiments_are_searched_by_name(client, unique):
    stem = unique("search")
    ids = [client.create_experiment(f"{stem}-{number}") for number in range(3)]
    found = client.search_experiments(filter_string=f"name LIKE '{stem}%'", order_by=["name DESC"])
    assert [e.experiment_id for e in found] == ids[::-1]
    page = client.search_experiments(filter_string=f"name LIKE '{stem}%'", max_results=2, order_by=["name ASC"])
    rest = client.search_experiments(
        filter_string=f"name LIKE '{stem}%'", max_results=2, order_by=["name ASC"], page_token=page.token
    )
    assert [e.experiment_id for e in [*page, *rest]] == ids


def test_nested_runs_know_their_parent(client, experiment):
    with mlflow.start_run(run_name="parent") as parent:
        for number in range(2):
            with mlflow.start_run(run_name=f"child {number}", nested=True):
                mlflow.log_metric("auc", number)
    children = client.search_runs(
        [experiment.experiment_id], filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'"
    )
    assert {child.info.run_name for child in children} == {"child 0", "child 1"}
    assert client.get_parent_run(children[0].info.run_id).info.run_id == parent.info.run_id


@pytest.fixture
def five_runs(client, experiment):
    """auc 0.1 … 0.4 and one without; the model is odd or even."""
    ids = []
    for number in range(5):
        run = client.create_run(experiment.experiment_id, run_name=f"run {number}", start_time=1000 + number)
        if number < 4:
            client.log_metric(run.info.run_id, "auc", (number + 1) / 10)
        client.log_param(run.info.run_id, "model", "even" if number % 2 == 0 else "odd")
        client.set_tag(run.info.run_id, "my tag", f"value {number}")
        client.set_terminated(run.info.run_id, "FINISHED" if number else "FAILED")
        ids.append(run.info.run_id)
    return experiment.experiment_id, ids


@pytest.mark.parametrize(
    ("filter_string", "expected"),
    [
        ("", [4, 3, 2, 1, 0]),
        ("metrics.auc > 0.15", [3, 2, 1]),
        ("metrics.auc >= 0.2 AND params.model = 'odd'", [3, 1]),
        ("metric.auc <= 0.2 and param.model != 'odd'", [0]),
        ("tags.`my tag` = 'value 2'", [2]),
        ("tags.\"my tag\" LIKE 'value%' AND attributes.status = 'FAILED'", [0]),
        ("params.model ILIKE 'EV%'", [4, 2, 0]),
        ("attributes.run_name = 'run 1'", [1]),
        ("attributes.run_id IN ('{ids[1]}', '{ids[4]}')", [4, 1]),
        ("attributes.start_time > 1002", [4, 3]),
        ("metrics.never > 0", []),
    ],
)
def test_runs_are_searched_by_filter(client, five_runs, filter_string, expected):
    experiment_id, ids = five_runs
    found = client.search_runs([experiment_id], filter_string=filter_string.format(ids=ids))
    assert [ids.index(run.info.run_id) for run in found] == expected


@pytest.mark.parametrize(
    ("order_by", "expected"),
    [
        (["metrics.auc DESC"], [3, 2, 1, 0, 4]),
        (["metrics.auc ASC"], [0, 1, 2, 3, 4]),
        (["params.model ASC", "attributes.start_time ASC"], [0, 2, 4, 1, 3]),
        (["tags.`my tag` DESC"], [4, 3, 2, 1, 0]),
    ],
)
def test_runs_are_ordered(client, five_runs, order_by, expected):
    experiment_id, ids = five_runs
    found = client.search_runs([experiment_id], order_by=order_by)
    assert [ids.index(run.info.run_id) for run in found] == expected


def test_runs_come_in_pages(client, five_runs):
    experiment_id, ids = five_runs
    pages, token = [], None
    while True:
        page = client.search_runs([experiment_id], max_results=2, page_token=token)
        pages.append([ids.index(run.info.run_id) for run in page])
        token = page.token
        if not token:
            break
    assert [page for page in pages if page] == [[4, 3], [2, 1], [0]]


def test_search_gives_a_table_of_runs(client, five_runs):
    experiment_id, _ = five_runs
    table = mlflow.search_runs([experiment_id], order_by=["metrics.auc DESC"])
    assert table["metrics.auc"].tolist()[:4] == [0.4, 0.3, 0.2, 0.1] and math.isnan(table["metrics.auc"][4])
    assert table["params.model"].tolist() == ["odd", "even", "odd", "even", "even"]


def test_a_filter_that_makes_no_sense_is_refused(client, experiment):
    with pytest.raises(MlflowException) as refusal:
        client.search_runs([experiment.experiment_id], filter_string="metrics.auc >")
    assert refusal.value.error_code == "INVALID_PARAMETER_VALUE"


def test_a_deleted_run_is_out_of_sight_until_restored(client, experiment):
    run = client.create_run(experiment.experiment_id).info.run_id
    client.delete_run(run)
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    ids = [experiment.experiment_id]
    assert [r.info.run_id for r in client.search_runs(ids)] == []
    assert [r.info.run_id for r in client.search_runs(ids, run_view_type=ViewType.DELETED_ONLY)] == [run]
    with pytest.raises(MlflowException):
        client.log_param(run, "late", "1")
    client.restore_run(run)
    assert [r.info.run_id for r in client.search_runs(ids)] == [run]
