"""Databricks' registry webhooks by plain HTTP, and Martlet's own events beside MLflow's unmodified client."""

import hashlib
import hmac
import json
import time

import mlflow
import pytest
import requests

import martlet_process
from test_mlflow_webhooks import SECRET, hooks, is_genuine, receiver, workspace  # noqa: F401 (fixtures)


def is_databricks(headers, body: str, secret: str) -> bool:
    """The check that Databricks' documentation gives to receivers: the body, signed."""
    expected = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, headers["X-Databricks-Signature"])


class Registry:
    """Databricks' endpoints of a server."""

    def __init__(self, server: str):
        self.api = f"{server}/api/2.0/mlflow/registry-webhooks"
        self.martlet = f"{server}/api/martlet/1.0"

    def create(self, url: str, events: list[str], **more):
        address = {"url": url, "secret": SECRET, "authorization": "Bearer hidden", **more.pop("http_url_spec", {})}
        return requests.post(
            f"{self.api}/create", json={"events": events, "http_url_spec": address, **more}, timeout=30
        )

    def list(self, **query) -> list[dict]:
        answer = requests.get(f"{self.api}/list", params=query, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()["webhooks"]

    def own(self, path: str, **body) -> dict:
        answer = requests.post(f"{self.martlet}/{path}", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def registry(hooks):  # noqa: F811
    return Registry(mlflow.get_tracking_uri())


def test_stage_changes_requests_comments_and_tags_are_told_in_databricks_words(hooks, registry, receiver):  # noqa: F811
    events = [
        "REGISTERED_MODEL_CREATED", "MODEL_VERSION_CREATED", "MODEL_VERSION_TAG_SET", "COMMENT_CREATED",
        "TRANSITION_REQUEST_TO_STAGING_CREATED", "MODEL_VERSION_TRANSITIONED_STAGE",
    ]
    made = registry.create(receiver.url, events, description="chat")
    assert made.status_code == 200, made.text
    hook = made.json()["webhook"]
    assert sorted(hook["events"]) == sorted(events) and hook["status"] == "ACTIVE" and "model_name" not in hook
    assert hook["http_url_spec"] == {"url": receiver.url, "enable_ssl_verification": True}
    hooks.create_registered_model("late")
    version = hooks.create_model_version("late", "s3://bucket/model").version
    hooks.set_model_version_tag("late", version, "team", "risk")
    api = registry.api.removesuffix("registry-webhooks")
    meant = {"name": "late", "version": version}
    for path, body in [
        ("comments/create", {**meant, "comment": "hm"}),
        ("transition-requests/create", {**meant, "stage": "Staging"}),
    ]:
        assert requests.post(api + path, json=body, timeout=30).status_code == 200
    hooks.transition_model_version_stage("late", version, "Staging")
    bodies = receiver.wait_for(6)
    assert [body["event"] for body in bodies] == events
    common = {"event", "webhook_id", "event_timestamp", "model_name", "text"}
    assert [set(body) - common for body in bodies] == [
        set(), {"version"}, {"version", "tags"}, {"version", "comment"}, {"version", "from_stage", "to_stage"},
        {"version", "from_stage", "to_stage"},
    ]
    assert all(body["webhook_id"] == hook["id"] and body["model_name"] == "late" for body in bodies)
    assert bodies[2]["tags"] == [{"key": "team", "value": "risk"}] and bodies[3]["comment"] == "hm"
    assert (bodies[5]["from_stage"], bodies[5]["to_stage"]) == ("None", "Staging")
    assert all(is_databricks(headers, body, SECRET) for _, body, headers in receiver.received)
    assert not any(is_databricks(headers, body, "another") for _, body, headers in receiver.received)
    assert {headers["Authorization"] for _, _, headers in receiver.received} == {"Bearer hidden"}
    # Its secrets are told to nobody, and MLflow's client sees no webhook that it would break on.
    listed = registry.list()
    assert [hook["id"] for hook in listed] == [hook["id"]]
    assert "hidden" not in json.dumps(listed) and SECRET not in json.dumps(listed)
    assert list(hooks.list_webhooks()) == []


def test_a_webhook_with_events_of_martlets_breaks_no_client_of_mlflow(hooks, registry, receiver):  # noqa: F811
    both = registry.own(
        "webhooks/create", name="both", url=receiver.url, secret=SECRET,
        events=["model_version.created", "model_version.stage_changed", "registered_model.deleted"],
    )
    registry.own("webhooks/create", name="own", url=receiver.url, events=["model_version.stage_changed"], status="DISABLED")
    assert [hook.name for hook in hooks.list_webhooks()] == ["both"]
    seen = hooks.get_webhook(both["webhook_id"])
    assert [str(event) for event in seen.events] == ["model_version.created"]
    changed = hooks.update_webhook(both["webhook_id"], name="renamed", events=["model_version_tag.set"])
    assert [str(event) for event in changed.events] == ["model_version_tag.set"]
    listed = {hook["name"]: sorted(hook["events"]) for hook in registry.own("webhooks/list")["webhooks"]}
    assert listed == {
        "renamed": ["model_version.stage_changed", "model_version_tag.set", "registered_model.deleted"],
        "own": ["model_version.stage_changed"],
    }
    hooks.create_registered_model("late")
    for _ in range(2):
        hooks.create_model_version("late", "s3://bucket/model")
    hooks.transition_model_version_stage("late", "1", "Production")
    hooks.transition_model_version_stage("late", "2", "Production", archive_existing_versions=True)
    bodies = receiver.wait_for(3)
    assert [(body["entity"], body["action"]) for body in bodies] == [("model_version", "stage_changed")] * 3
    assert [(body["data"]["version"], body["data"]["way"]) for body in bodies] == [
        ("1", "transition"), ("2", "transition"), ("1", "replaced"),
    ]
    assert bodies[2]["data"]["replaced_by"] == "2" and bodies[2]["data"]["to_stage"] == "Archived"
    assert all(is_genuine(headers, body, SECRET) for _, body, headers in receiver.received)


def test_both_manners_share_one_log_of_deliveries(hooks, registry, receiver):  # noqa: F811
    receiver.answers = [503, 503]
    ids = [
        registry.create(receiver.url, ["REGISTERED_MODEL_CREATED"]).json()["webhook"]["id"],
        hooks.create_webhook("ci", receiver.url, ["registered_model.created"]).webhook_id,
    ]
    hooks.create_registered_model("late")
    receiver.wait_for(4)
    for id in ids:
        for _ in range(1000):
            (delivery,) = registry.own("webhooks/deliveries", webhook_id=id)["deliveries"]
            if delivery["state"] != "waiting":
                break
            time.sleep(0.01)
        assert delivery["state"] == "delivered"
    told = {(headers.get("X-Martlet-Delivery-Id") or headers["X-MLflow-Delivery-Id"]) for _, _, headers in receiver.received}
    assert len(told) == 2


def test_test_mode_is_told_of_tests_alone(hooks, registry, receiver):  # noqa: F811
    receiver.answers = [201]
    hook = registry.create(receiver.url, ["REGISTERED_MODEL_CREATED"], status="TEST_MODE").json()["webhook"]
    hooks.create_registered_model("late")
    answer = requests.post(f"{registry.api}/test", json={"id": hook["id"]}, timeout=30).json()
    assert (answer["status_code"], answer["body"]) == (201, "ok")
    changed = requests.patch(f"{registry.api}/update", json={"id": hook["id"], "status": "ACTIVE"}, timeout=30)
    assert changed.json()["webhook"]["status"] == "ACTIVE"
    hooks.create_registered_model("later")
    bodies = receiver.wait_for(2)
    assert [body["model_name"] for body in bodies] == ["example_model", "later"]
    # As the guide deletes, by a body.
    gone = requests.delete(f"{registry.api}/delete", json={"id": hook["id"]}, timeout=30)
    assert gone.status_code == 200, gone.text
    assert registry.list() == []


def test_jobs_and_unverified_certificates_are_refused_by_name(registry, receiver):  # noqa: F811
    job = requests.post(
        f"{registry.api}/create", json={"events": ["COMMENT_CREATED"], "job_spec": {"job_id": "1"}}, timeout=30
    )
    assert job.status_code == 501 and "job_spec" in job.json()["message"]
    unverified = registry.create(receiver.url, ["COMMENT_CREATED"], http_url_spec={"enable_ssl_verification": False})
    assert unverified.status_code == 400 and "enable_ssl_verification" in unverified.json()["message"]


@pytest.mark.parametrize("url", ["http://example.com/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/"])
def test_an_ordinary_workspace_asks_nobody_inside(server_url, url):
    answer = Registry(server_url).create(url, ["COMMENT_CREATED"])
    assert answer.status_code == 400 and answer.json()["error_code"] == "INVALID_PARAMETER_VALUE", answer.text


def test_the_command_line_makes_tries_and_deletes(workspace, receiver, tmp_path):  # noqa: F811
    (tmp_path / "secret.txt").write_text(SECRET + "\n")
    there = ["--workspace", str(workspace)]

    def run(*arguments):
        return martlet_process.run("webhooks", *arguments, *there, "--json")

    made = json.loads(
        run("create", "ci", "--url", receiver.url, "--event", "break_glass.asked", "--secret-file", str(tmp_path / "secret.txt"))
    )
    assert made["signed"] and made["events"] == ["break_glass.asked"]
    assert json.loads(run("test", made["webhook_id"]))["success"]
    (_, body, headers), = receiver.received
    assert json.loads(body)["entity"] == "break_glass" and is_genuine(headers, body, SECRET)
    changed = json.loads(run("update", made["webhook_id"], "--status", "DISABLED", "--event", "sign_off.given"))
    assert (changed["status"], changed["events"]) == ("DISABLED", ["sign_off.given"])
    assert [hook["name"] for hook in json.loads(run("list"))] == ["ci"]
    assert json.loads(run("deliveries", made["webhook_id"])) == []
    run("delete", made["webhook_id"])
    assert json.loads(run("list")) == []
