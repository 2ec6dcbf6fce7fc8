"""Fixtures: a server, a governed workspace, an MLflow client that looks at it.

MARTLET_BIN             the binary under test; without it, .build/release/martlet of the checkout
MARTLET_TEST_SERVER_URL run the MLflow tests against a server that is up already (an MLflow one, say, to check the tests)
"""

import os
import uuid
import warnings

# Before mlflow is imported: no reports to anybody, quick answers about failures, no bars in the log.
os.environ.update(
    MLFLOW_DISABLE_TELEMETRY="true",
    DO_NOT_TRACK="true",
    MLFLOW_HTTP_REQUEST_MAX_RETRIES="1",
    MLFLOW_HTTP_REQUEST_TIMEOUT="60",
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR="false",
    GIT_PYTHON_REFRESH="quiet",
)
for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_TRACKING_TOKEN", "MLFLOW_EXPERIMENT_NAME"):
    os.environ.pop(name, None)

import sys

# mlflow-skinny is older; see requirements-over.txt.
warnings.filterwarnings("ignore", message="Versions of mlflow")

import mlflow
import pytest

import martlet_process


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    session.config.martlet_exit_status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """Leave at once: deltalake's threads now and then abort an interpreter that takes itself apart."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(getattr(config, "martlet_exit_status", 0))


@pytest.fixture(scope="module", autouse=True)
def forgetful():
    """MLflow keeps for the whole process where it looks and which experiment is active: each file begins without."""
    from mlflow.tracking import fluent

    mlflow.set_tracking_uri("")
    mlflow.set_registry_uri("")
    fluent._active_experiment_id = None
    os.environ.pop("MLFLOW_EXPERIMENT_ID", None)


@pytest.fixture(scope="session")
def server_url(tmp_path_factory):
    """An open single-user workspace behind a real server, one for all tests that do not mind company."""
    if url := os.environ.get("MARTLET_TEST_SERVER_URL"):
        yield url
        return
    with martlet_process.Server(tmp_path_factory.mktemp("open") / "workspace") as server:
        yield server.url


@pytest.fixture
def client(server_url, monkeypatch, tmp_path):
    """MlflowClient on the shared server; the fluent API (`mlflow.…`) looks at the same one."""
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(server_url)
    mlflow.set_registry_uri(server_url)
    yield mlflow.MlflowClient()
    while mlflow.active_run():
        mlflow.end_run("FAILED")


@pytest.fixture
def unique():
    """A name nobody else in the session uses: unique("flights") → "flights-1f0c…"."""
    return lambda stem: f"{stem}-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def experiment(client, unique):
    """A fresh experiment, made the current one."""
    return mlflow.set_experiment(unique("experiment"))


class Governed:
    """A workspace with policy and users, its server, and a client for each of the users."""

    def __init__(self, server, users):
        self.server, self.users = server, users
        self.url, self.workspace = server.url, server.workspace

    def user(self, role):
        """The first user that has `role` and is not an admin of everything."""
        role = {"engineer": "contributor"}.get(role, role)
        holding = [user for user in self.users if role in user["roles"]]
        assert holding, f"init made nobody with the role {role}: {[(u['name'], u['roles']) for u in self.users]}"
        return min(holding, key=lambda user: len(user["roles"]))

    def acting_as(self, monkeypatch, role):
        """An MLflow client that carries this user's token, as MLFLOW_TRACKING_TOKEN has it."""
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", self.user(role)["token"])
        mlflow.set_tracking_uri(self.url)
        mlflow.set_registry_uri(self.url)
        return mlflow.MlflowClient()


@pytest.fixture
def governed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    workspace = tmp_path / "governed"
    made = martlet_process.run_json("init", "--workspace", workspace)
    with martlet_process.Server(workspace, token=made["users"][0]["token"]) as server:
        yield Governed(server, made["users"])
        while mlflow.active_run():
            mlflow.end_run("FAILED")
