"""Requests, break-glass, rollback, health and history by the command line, over a server with users."""

import json
import subprocess

import martlet_process
import mlflow
import pytest


@pytest.fixture
def martlet(governed):
    """A command as somebody with a role: its output, or its refusal with another status."""

    def run(role, *arguments, status=0):
        token = governed.user(role)["token"]
        return martlet_process.run(*arguments, status=status, MARTLET_SERVER=governed.url, MARTLET_TOKEN=token)

    return run


@pytest.fixture
def versions(governed, monkeypatch):
    """Two versions of `late` with different files, by an engineer."""
    client = governed.acting_as(monkeypatch, "engineer")
    mlflow.set_experiment("commands")
    client.create_registered_model("late")
    for number in range(2):
        with mlflow.start_run() as run:
            mlflow.log_text(f"number: {number}", "model/MLmodel")
        client.create_model_version("late", f"runs:/{run.info.run_id}/model", run.info.run_id)
    return client


def test_a_request_is_approved_by_command(martlet, versions):
    martlet("engineer", "models", "request", "late/1", "--to", "Staging", "--comment", "please")
    assert "please" in martlet("reviewer", "models", "requests", "late")
    martlet("reviewer", "models", "approve", "late/1", "--to", "Staging")
    assert versions.get_model_version("late", "1").current_stage == "Staging"
    assert "APPLIED_TRANSITION" in martlet("auditor", "models", "activities", "late/1")


def test_glass_is_broken_by_two_for_an_alias_and_a_stage_and_health_is_red(martlet, versions):
    ask = ("models", "break-glass", "late/1", "--alias", "champion")
    martlet("engineer", *ask, "--reason", "nothing else works")
    martlet("engineer", *ask, "--confirm", status=77)
    martlet("program_manager", *ask, "--confirm")
    assert versions.get_model_version_by_alias("late", "champion").version in ("1", 1)
    health = json.loads(martlet("auditor", "models", "health", "--json", status=1))
    assert [(m["model"], m["status"], m["alias"]) for m in health] == [("late", "red", "champion")]
    assert "broken_glass" in [f["kind"] for f in health[0]["findings"]]
    martlet("engineer", "models", "break-glass", "late/2", "--to", "Production", "--reason", "1 is wrong")
    martlet("program_manager", "models", "break-glass", "late/2", "--to", "Production", "--confirm")
    assert versions.get_model_version("late", "2").current_stage == "Production"
    then = json.loads(martlet("auditor", "models", "as-of", "2099-01-01", "late", "--json"))
    assert then["production"]["change"]["way"] == "break_glass"
    assert then["aliases"]["champion"]["version"] == 1
    # Neither came there by the gates.
    martlet("engineer", "models", "rollback", "late", status=66)


def test_the_clock_is_set_back_by_nobody_while_it_is_right(governed, martlet):
    assert "registry" in martlet("auditor", "policy", "reset-clock")
    for user in governed.users:
        done = subprocess.run(
            martlet_process.command("policy", "reset-clock", "--reason", "x"), capture_output=True, text=True,
            env=martlet_process.environment(MARTLET_SERVER=governed.url, MARTLET_TOKEN=user["token"]), timeout=60,
        )
        words = "nothing to set back" if "administrator" in user["roles"] else "may not"
        assert done.returncode != 0 and words in done.stderr, done.stderr


def test_policies_in_force_are_listed_and_shown(martlet):
    [period] = json.loads(martlet("auditor", "policy", "history", "--json"))
    assert json.loads(martlet("auditor", "policy", "show", period["digest"][:8])) == json.loads(period["text"])
