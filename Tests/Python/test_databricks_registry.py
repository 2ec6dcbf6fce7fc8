"""Transition requests, comments and models with permissions, by databricks-sdk as it is."""

import mlflow
import pytest

databricks = pytest.importorskip("databricks.sdk")

from databricks.sdk.core import Config
from databricks.sdk.errors import DatabricksError, NotFound, PermissionDenied
from databricks.sdk.service.ml import ActivityAction, ActivityType, PermissionLevel


@pytest.fixture
def registry(governed, monkeypatch):
    """The registry's API for a role."""
    for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CONFIG_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", "/dev/null")

    def acting_as(role):
        config = Config(
            host=governed.url, token=governed.user(role)["token"], auth_type="pat", retry_timeout_seconds=5
        )
        return databricks.WorkspaceClient(config=config).model_registry

    return acting_as


@pytest.fixture
def version(governed, monkeypatch):
    """A version with files, registered by an engineer, in a stage that waits for others."""
    client = governed.acting_as(monkeypatch, "engineer")
    mlflow.set_experiment("requests")
    with mlflow.start_run() as run:
        mlflow.log_text("flavors: {}", "model/MLmodel")
    client.create_registered_model("late")
    made = client.create_model_version("late", f"runs:/{run.info.run_id}/model", run.info.run_id)
    return made.version


def test_a_request_is_approved_by_others_and_applied(registry, version):
    engineer, reviewer = registry("engineer"), registry("reviewer")
    request = engineer.create_transition_request("late", str(version), "Staging", comment="please").request
    assert request.available_actions == [ActivityAction.CANCEL_TRANSITION_REQUEST]
    assert request.comment == "please" and request.user_id

    [seen] = list(reviewer.list_transition_requests("late", str(version)))
    assert (seen.activity_type, seen.user_id) == (ActivityType.REQUESTED_TRANSITION, request.user_id)
    with pytest.raises(PermissionDenied):
        engineer.approve_transition_request("late", str(version), "Staging", False)
    approved = reviewer.approve_transition_request("late", str(version), "Staging", False, comment="yes").activity
    assert approved.activity_type == ActivityType.APPROVED_REQUEST
    assert list(reviewer.list_transition_requests("late", str(version))) == []
    model = reviewer.get_model("late").registered_model_databricks
    assert [str(v.current_stage) for v in model.latest_versions] == ["Staging"]
    assert model.permission_level == PermissionLevel.CAN_MANAGE_STAGING_VERSIONS


def test_a_request_is_turned_down_and_taken_back(registry, version):
    engineer, reviewer = registry("engineer"), registry("reviewer")
    name = engineer.create_transition_request("late", str(version), "Staging").request.user_id
    rejected = reviewer.reject_transition_request("late", str(version), "Staging", comment="no").activity
    assert rejected.activity_type == ActivityType.REJECTED_REQUEST
    engineer.create_transition_request("late", str(version), "Staging")
    with pytest.raises(PermissionDenied):
        reviewer.delete_transition_request("late", str(version), "Staging", name)
    engineer.delete_transition_request("late", str(version), "Staging", name)
    with pytest.raises(NotFound):
        reviewer.approve_transition_request("late", str(version), "Staging", False)


def test_a_transition_passes_the_same_gates(registry, version):
    engineer = registry("engineer")
    with pytest.raises(PermissionDenied) as refusal:
        engineer.transition_stage("late", str(version), "Production", False)
    assert "sign-off for Production" in str(refusal.value)
    moved = engineer.transition_stage("late", str(version), "Archived", False).model_version_databricks
    assert str(moved.current_stage) == "Archived"


def test_comments(registry, version):
    engineer, reviewer = registry("engineer"), registry("reviewer")
    comment = engineer.create_comment("late", str(version), "hm").comment
    assert comment.comment == "hm" and comment.id
    assert engineer.update_comment(comment.id, "fine").comment.comment == "fine"
    with pytest.raises(PermissionDenied):
        reviewer.delete_comment(comment.id)
    engineer.delete_comment(comment.id)
    with pytest.raises(DatabricksError):
        engineer.delete_comment(comment.id)
