"""A workspace made by `martlet init`: tokens, stages behind gates, refusals that say what to do."""

import mlflow
import pytest
import requests
from mlflow.exceptions import MlflowException


def test_init_names_users_with_roles_and_tokens(governed):
    assert len(governed.users) >= 3
    assert len({user["token"] for user in governed.users}) == len(governed.users)
    assert all(len(user["token"]) >= 20 for user in governed.users)
    assert governed.user("reviewer")["name"] != governed.user("program_manager")["name"]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
def test_without_a_right_token_nothing_is_answered(governed, header):
    for method, path in [
        ("GET", "/api/2.0/mlflow/experiments/get?experiment_id=0"),
        ("POST", "/api/2.0/mlflow/runs/search"),
        ("PUT", "/api/2.0/mlflow-artifacts/artifacts/0/x/artifacts/a.txt"),
        ("POST", "/api/2.0/mlflow/model-versions/transition-stage"),
        ("GET", "/api/2.0/mlflow/no-such-thing"),
    ]:
        answer = requests.request(method, governed.url + path, json={}, headers=header, timeout=10)
        assert answer.status_code == 401, f"{method} {path}: {answer.status_code} {answer.text}"
        assert answer.json()["error_code"] == "UNAUTHENTICATED"


@pytest.fixture
def candidate(governed, monkeypatch, unique):
    """A version registered by one of the data scientists, not yet looked at by anybody: its name."""
    import numpy
    from sklearn.linear_model import LogisticRegression

    governed.acting_as(monkeypatch, "engineer")
    name = unique("flight-delay")
    mlflow.set_experiment(unique("experiment"))
    model = LogisticRegression().fit(numpy.array([[0.0], [1.0], [2.0], [3.0]]), [0, 0, 1, 1])
    with mlflow.start_run():
        mlflow.sklearn.log_model(
            model, name="model", registered_model_name=name, pip_requirements=["scikit-learn"],
            serialization_format="cloudpickle",
        )
    return name


@pytest.mark.parametrize("role", ["engineer", "program_manager"])
def test_production_is_refused_with_every_unmet_gate_and_its_command(governed, monkeypatch, candidate, role):
    client = governed.acting_as(monkeypatch, role)
    with pytest.raises(MlflowException) as refusal:
        client.transition_model_version_stage(candidate, "1", "Production", archive_existing_versions=True)
    assert refusal.value.error_code == "PERMISSION_DENIED"
    message = str(refusal.value).lower()
    for gate in ("sign-off", "monitoring plan", "performance gate"):
        assert gate in message, message
    assert message.count("martlet ") >= 3, f"each gate names the command that meets it:\n{message}"
    assert client.get_model_version(candidate, "1").current_stage == "None"


def test_the_refusal_has_status_403(governed, monkeypatch, candidate):
    answer = requests.post(
        governed.url + "/api/2.0/mlflow/model-versions/transition-stage",
        json={"name": candidate, "version": "1", "stage": "Production", "archive_existing_versions": "false"},
        headers={"Authorization": f"Bearer {governed.user('engineer')['token']}"}, timeout=10,
    )
    assert answer.status_code == 403, answer.text
    assert answer.json()["error_code"] == "PERMISSION_DENIED"
