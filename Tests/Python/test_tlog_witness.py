"""Witnesses that share no code with Martlet, asked over HTTP and handing their word in by themselves."""

import json

import pytest
import requests

import martlet_process
import tlog_verifier as tlog
import tlog_witness


class Witnessed:
    """A governed workspace whose martlet.yaml names witnesses, behind a server."""

    def __init__(self, folder, witnesses):
        self.made = martlet_process.run_json("init", "--workspace", folder)
        self.key = tlog.Key(self.made["audit_key"])
        self.witnesses = [make(self.key) for make in witnesses]
        lines = [f'  - "{w.vkey} {w.url}"' if w.asked is not None else f'  - "{w.vkey}"' for w in self.witnesses]
        configuration = (folder / "martlet.yaml").read_text()
        assert "  witnesses: []\n" in configuration
        (folder / "martlet.yaml").write_text(
            configuration.replace("  witnesses: []\n", "  witnesses:\n" + "\n".join(lines) + "\n")
        )
        tokens = {role: user["token"] for user in self.made["users"] for role in user["roles"]}
        self.auditor, self.engineer = tokens["auditor"], tokens["contributor"]
        self.server = martlet_process.Server(folder, token=self.auditor)

    def ask(self, *arguments, status=0):
        return martlet_process.run("audit", *arguments, "--server", self.server.url, "--token", self.auditor, status=status)

    def publish(self):
        return json.loads(self.ask("checkpoint", "--publish", "--json"))

    def grow(self, name):
        made = requests.post(
            f"{self.server.url}/api/2.0/mlflow/experiments/create",
            json={"name": name},
            headers={"Authorization": f"Bearer {self.engineer}"},
        )
        assert made.status_code == 200


@pytest.fixture
def witnessed(tmp_path):
    """`asked` is asked by Martlet; `calls` hands its word in by itself."""

    def asked(key):
        return tlog_witness.Witness("witness.example/asked", key)

    def calls(key):
        witness = tlog_witness.Witness("witness.example/calls", key)
        witness.asked = None
        return witness

    found = Witnessed(tmp_path / "workspace", [asked, calls])
    with found.server:
        yield found
    for witness in found.witnesses:
        witness.close()


def test_a_witness_is_asked_for_each_checkpoint_that_leaves(witnessed):
    asked = witnessed.witnesses[0]
    first = witnessed.publish()
    assert first["witnesses"] == ["witness.example/asked"] and asked.size == first["size"]
    assert tlog.cosignature_time(first["checkpoint"], tlog.Key(asked.vkey)) > 1_700_000_000
    assert tlog.checkpoint(first["checkpoint"], witnessed.key)[0] == first["size"]
    for number in range(3):
        witnessed.grow(f"e{number}")
        published = witnessed.publish()
        assert asked.size == published["size"] and published["witnesses"] == ["witness.example/asked"]
    assert asked.asked[0] == ("old 0", 200) and [status for _, status in asked.asked] == [200] * 4

    # One that saw a checkpoint elsewhere says so, and is asked from there on.
    witnessed.grow("more")
    request = witnessed.ask("prove", "--from", str(asked.size))
    assert asked.add_checkpoint(request)[0] == 200  # the same checkpoint again
    asked.asked.clear()
    witnessed.publish()
    assert asked.asked[-1][1] == 200


def test_a_witness_that_saw_more_or_something_else_is_an_alarm(witnessed):
    asked = witnessed.witnesses[0]
    first = witnessed.publish()
    true_size, true_root = asked.size, asked.root
    asked.size = 1_000_000
    witnessed.grow("one")
    assert witnessed.publish()["witnesses"] == []
    asked.size, asked.root = true_size, b"\x07" * 32
    witnessed.grow("two")
    assert witnessed.publish()["witnesses"] == []
    found = json.loads(witnessed.ask("log", "--action", "audit.ask_witness", "--json"))["events"]
    assert len(found) == 2 and all(event["status"] == 500 for event in found)
    assert "1000000 entries" in found[1]["error"] and f"{first['size']} entries" in found[0]["error"]
    asked.root = true_root
    witnessed.grow("three")
    assert witnessed.publish()["witnesses"] == ["witness.example/asked"]


def test_a_cosignature_is_accepted_by_post_and_given_out_with_the_checkpoint(witnessed, tmp_path):
    calls = witnessed.witnesses[1]
    url, headers = f"{witnessed.server.url}/api/martlet/1.0/audit/cosignature", {
        "Authorization": f"Bearer {witnessed.auditor}"
    }
    first = witnessed.publish()
    text, _ = tlog.parse_note(first["checkpoint"])

    def post(note, **more):
        return requests.post(url, json={"checkpoint": note}, headers={**headers, **more})

    line = calls.cosignature(text)
    answer = post(first["checkpoint"] + line)
    assert answer.status_code == 200 and answer.json()["witnesses"] == ["witness.example/asked", "witness.example/calls"]
    served = requests.get(f"{witnessed.server.url}/audit/checkpoint", headers=headers).content
    for witness in witnessed.witnesses:
        assert tlog.cosignature_time(served, tlog.Key(witness.vkey)) > 1_700_000_000

    # Without the log's own signature it is as good: what counts is the text. Again is no harm.
    assert post(f"{text}\n{calls.cosignature(text)}").status_code == 200

    stranger = tlog_witness.Witness("witness.example/stranger", witnessed.key)
    stranger.close()
    changed = text.replace(f"\n{first['size']}\n", f"\n{first['size'] + 1}\n")
    for wrong in (
        f"{text}\n{stranger.cosignature(text)}",  # nobody knows it
        f"{changed}\n{calls.cosignature(changed)}",  # a checkpoint that never left
        f"{text}\n{calls.cosignature(changed)}",  # a signature of something else
        f"{text}\n{line[:-8]}AAAAAA=\n",  # not base64 of a signature
        text, "", "nothing", "\u0000",
    ):
        assert post(wrong).status_code in (400, 404), wrong
    assert requests.post(url, json={"checkpoint": first["checkpoint"] + line}).status_code == 401
    engineer = post(first["checkpoint"] + line, Authorization=f"Bearer {witnessed.engineer}")
    assert engineer.status_code == 403

    # By the command, from a file.
    witnessed.grow("later")
    second = witnessed.publish()
    text, _ = tlog.parse_note(second["checkpoint"])
    (tmp_path / "cosigned.note").write_text(f"{text}\n{calls.cosignature(text)}")
    assert "witness.example/calls" in witnessed.ask("cosign", str(tmp_path / "cosigned.note"))


def test_our_own_witness_signs_only_a_log_that_grew(witnessed, tmp_path):
    """`martlet audit witness`, as on a second machine: its cosignatures fit, and it remembers."""
    witnessed.publish()
    key, server = tmp_path / "witness.key", witnessed.server.url
    log = witnessed.made["audit_key"]

    def look(source, out, status=0):
        return martlet_process.run(
            "audit", "witness", "--log", log, "--key", key, "--name", "witness.example/own", "--from", source,
            "--out", out, "--token", witnessed.auditor, status=status,
        )

    look(server, tmp_path / "first.note")
    witnessed.grow("one")
    second = witnessed.publish()
    look(server, tmp_path / "second.note")
    note = (tmp_path / "second.note").read_text()
    assert tlog.checkpoint(note, witnessed.key)[0] == second["size"]
    _, signatures = tlog.parse_note(note)
    assert "witness.example/own" in [name for name, _, _ in signatures]
    # An older copy is an alarm, and nothing is signed.
    old = tmp_path / "older"
    old.mkdir()
    (old / "checkpoint").write_text((tmp_path / "first.note").read_text())
    look(old, tmp_path / "third.note", status=1)
    assert not (tmp_path / "third.note").exists()
