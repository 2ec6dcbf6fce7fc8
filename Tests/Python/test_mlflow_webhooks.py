"""MLflow's webhooks through the unmodified client, with a receiver that checks requests as MLflow's documentation says."""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import threading
import time

import mlflow
import pytest
import requests
from mlflow.entities.webhook import WebhookEvent, WebhookStatus

import martlet_process

SETTINGS = """
workspace: hooks
policy: {staging: {sign_offs: [], monitoring_plan: false}, production: {sign_offs: [], monitoring_plan: false}}
identity: open
webhooks: {allow_http: true, allow_private: true}
"""
SECRET = "between the two of us"


class Receiver(http.server.ThreadingHTTPServer):
    """Takes POSTs; answers with what `answers` holds next, and while `held` is set not at all."""

    daemon_threads = True

    def __init__(self):
        self.received, self.answers, self.held = [], [], threading.Event()
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hook"

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.server.received.append((dict(self.headers.items()), body, self.headers))
            while self.server.held.is_set():
                time.sleep(0.01)
            with contextlib.suppress(OSError):
                self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    def wait_for(self, count: int) -> list[dict]:
        """The bodies, when there are `count`."""
        for _ in range(3000):
            if len(self.received) >= count:
                break
            time.sleep(0.01)
        assert len(self.received) == count, self.received
        return [json.loads(body) for _, body, _ in self.received]


def is_genuine(headers, body: str, secret: str) -> bool:
    """The check that MLflow's documentation gives to receivers: fresh, and signed over id, time and body."""
    delivery_id, timestamp = headers["X-MLflow-Delivery-Id"], headers["X-MLflow-Timestamp"]
    version, signature = headers["X-MLflow-Signature"].split(",", 1)
    signed = f"{delivery_id}.{timestamp}.{body}".encode()
    expected = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    return version == "v1" and abs(time.time() - int(timestamp)) <= 300 and hmac.compare_digest(signature, expected)


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, daemon=True)
        thread.start()
        yield receiver
        receiver.held.clear()
        receiver.shutdown()


@pytest.fixture
def workspace(tmp_path):
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "martlet.yaml").write_text(SETTINGS)
    return folder


@pytest.fixture
def hooks(workspace):
    """A client on a server that lets webhooks ask this machine."""
    with martlet_process.Server(workspace) as server:
        mlflow.set_tracking_uri(server.url)
        mlflow.set_registry_uri(server.url)
        yield mlflow.MlflowClient()


def test_a_webhook_lives_its_life(hooks, receiver):
    made = hooks.create_webhook(
        "ci", receiver.url, [WebhookEvent.from_str("model_version.created")], description="builds", secret=SECRET
    )
    assert (made.name, made.description, made.status, made.secret) == ("ci", "builds", WebhookStatus.ACTIVE, None)
    assert hooks.get_webhook(made.webhook_id).events == [WebhookEvent.from_str("model_version.created")]
    for number in range(4):
        hooks.create_webhook(f"more{number}", receiver.url, ["prompt.created", "model_version_tag.set"])
    page = hooks.list_webhooks(max_results=3)
    rest = hooks.list_webhooks(max_results=3, page_token=page.token)
    assert [hook.name for hook in [*page, *rest]] == ["more3", "more2", "more1", "more0", "ci"] and not rest.token
    changed = hooks.update_webhook(
        made.webhook_id, name="cd", description="", events=["registered_model.created"], status="DISABLED"
    )
    assert (changed.name, changed.description, changed.status) == ("cd", None, WebhookStatus.DISABLED)
    assert [str(event) for event in changed.events] == ["registered_model.created"]
    hooks.delete_webhook(made.webhook_id)
    with pytest.raises(mlflow.MlflowException, match="not found") as refusal:
        hooks.get_webhook(made.webhook_id)
    assert refusal.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_a_test_sends_a_signed_example(hooks, receiver):
    receiver.answers = [200, 404]
    hook = hooks.create_webhook("ci", receiver.url, ["model_version_alias.created"], secret=SECRET)
    result = hooks.test_webhook(hook.webhook_id)
    assert (result.success, result.response_status, result.response_body) == (True, 200, "ok")
    result = hooks.test_webhook(hook.webhook_id, event="registered_model.created")
    assert (result.success, result.response_status) == (False, 404)
    bodies = receiver.wait_for(2)
    assert bodies[0]["data"] == {"name": "example_model", "alias": "example_alias", "version": "1"}
    assert (bodies[1]["entity"], bodies[1]["action"]) == ("registered_model", "created")
    assert all(is_genuine(headers, body, SECRET) for _, body, headers in receiver.received)
    assert not any(is_genuine(headers, body, "another") for _, body, headers in receiver.received)


def test_changes_are_told_in_their_order(hooks, receiver):
    events = [
        "registered_model.created", "model_version.created", "model_version_tag.set", "model_version_tag.deleted",
        "model_version_alias.created", "model_version_alias.deleted",
    ]
    hooks.create_webhook("ci", receiver.url, events, secret=SECRET)
    hooks.create_webhook("off", receiver.url, events, status="DISABLED")
    hooks.create_registered_model("churn", tags={"team": "risk"}, description="who leaves")
    version = hooks.create_model_version("churn", "s3://bucket/model", tags={"a": "b"})
    hooks.set_model_version_tag("churn", version.version, "stage", "new")
    hooks.delete_model_version_tag("churn", version.version, "stage")
    hooks.set_registered_model_alias("churn", "best", version.version)
    hooks.delete_registered_model_alias("churn", "best")
    hooks.create_registered_model("copies")
    hooks.copy_model_version(f"models:/churn/{version.version}", "copies")
    bodies = receiver.wait_for(8)
    assert [f"{body['entity']}.{body['action']}" for body in bodies] == [*events, events[0], events[1]]
    assert [body["data"] for body in bodies] == [
        {"name": "churn", "tags": {"team": "risk"}, "description": "who leaves"},
        {"name": "churn", "version": "1", "source": "s3://bucket/model", "run_id": None, "tags": {"a": "b"}, "description": None},
        {"name": "churn", "version": "1", "key": "stage", "value": "new"},
        {"name": "churn", "version": "1", "key": "stage"},
        {"name": "churn", "alias": "best", "version": "1"},
        {"name": "churn", "alias": "best"},
        {"name": "copies", "tags": {}, "description": ""},
        {"name": "copies", "version": "1", "source": "models:/churn/1", "run_id": None, "tags": {"a": "b"}, "description": None},
    ]
    assert all(is_genuine(headers, body, SECRET) for _, body, headers in receiver.received)


def test_a_prompt_is_told_as_a_prompt(hooks, receiver):
    hooks.create_webhook("ci", receiver.url, ["prompt.created", "prompt_version.created", "registered_model.created"])
    mlflow.genai.register_prompt("greeting", "Hello {{name}}!")
    made, version = receiver.wait_for(2)
    assert (made["entity"], made["data"]["name"]) == ("prompt", "greeting")
    assert (version["entity"], version["data"]["template"]) == ("prompt_version", "Hello {{name}}!")


def test_what_was_not_taken_is_sent_by_the_next_server(workspace, receiver):
    receiver.held.set()
    server = martlet_process.Server(workspace)
    try:
        client = mlflow.MlflowClient(server.url, server.url)
        hook = client.create_webhook("ci", receiver.url, ["registered_model.created"], secret=SECRET)
        for name in ("a", "b", "c"):
            client.create_registered_model(name)
        receiver.wait_for(1)  # under way, and not answered
    finally:
        server.kill()
    receiver.held.clear()
    with martlet_process.Server(workspace) as server:
        bodies = receiver.wait_for(4)
        assert [body["data"]["name"] for body in bodies] == ["a", "a", "b", "c"]
        ids = [headers["X-MLflow-Delivery-Id"] for _, _, headers in receiver.received]
        assert ids[0] == ids[1] and len(set(ids)) == 3
        assert all(is_genuine(headers, body, SECRET) for _, body, headers in receiver.received)
        for _ in range(1000):
            answer = requests.post(
                f"{server.url}/api/martlet/1.0/webhooks/deliveries", json={"webhook_id": hook.webhook_id}, timeout=10
            )
            states = [delivery["state"] for delivery in answer.json()["deliveries"]]
            if "waiting" not in states:
                break
            time.sleep(0.01)
        assert states == ["delivered"] * 3
    text = b"".join(file.read_bytes() for file in workspace.rglob("*") if file.is_file())
    assert SECRET.encode() not in text


def test_a_command_leaves_what_waits_to_the_server(workspace, receiver):
    with martlet_process.Server(workspace) as server:
        mlflow.MlflowClient(server.url, server.url).create_webhook(
            "ci", receiver.url, ["registered_model.created"]
        )
    # In process: no server runs, so nothing is sent, and the command ends at once.
    martlet_process.run("audit", "verify", "--workspace", str(workspace))
    assert receiver.received == []


@pytest.mark.parametrize("url", ["http://example.com/", "https://127.0.0.1/", "https://169.254.169.254/", "ftp://x/"])
def test_an_ordinary_workspace_asks_nobody_inside(client, url):
    with pytest.raises(mlflow.MlflowException, match="URL") as refusal:
        client.create_webhook("ci", url, ["registered_model.created"])
    assert refusal.value.error_code == "INVALID_PARAMETER_VALUE"
