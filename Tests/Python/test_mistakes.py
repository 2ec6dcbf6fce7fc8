"""What the commands say to who made a slip: the exit code, and words that help, without any of the program's innards."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys

import pytest

import martlet_process

INNARDS = ("NSCocoa", "Error Domain", "DecodingError", "errno", "Optional(", "descriptor:", "Binder", "failedTo", "..\n")


def refused(*arguments: str, status: int, **more: str) -> str:
    """Standard error of a command that ends with `status`; the words are fit for people."""
    done = subprocess.run(
        martlet_process.command(*arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        env=martlet_process.environment(**more),
    )
    assert done.returncode == status, f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert not any(word in done.stderr for word in INNARDS), done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("mistakes") / "home"
    martlet_process.run("experiments", "create", "flights", "--workspace", str(folder))
    martlet_process.run("models", "create", "risk", "--workspace", str(folder))
    return folder


@pytest.fixture(scope="module")
def key(home) -> str:
    return (home / "audit" / "log.pub").read_text().strip()


def test_a_proof_of_consistency_says_what_it_is_verified_with(home, key, tmp_path):
    here = ("--workspace", str(home))
    old = tmp_path / "old.note"
    old.write_text(martlet_process.run("audit", "checkpoint", "--publish", *here))
    size = old.read_text().splitlines()[1]
    martlet_process.run("experiments", "create", "more", *here)
    proof = tmp_path / "grew.proof"
    said = martlet_process.run("audit", "prove", "--from", size, "--out", str(proof), *here)
    assert "--since CHECKPOINT" in said
    asked = refused("audit", "verify", "--proof", str(proof), "--public-key", key, status=64)
    assert "--since CHECKPOINT" in asked and "Usage" not in asked
    held = martlet_process.run_json(
        "audit", "verify", "--proof", str(proof), "--public-key", key, "--since", str(old))
    assert held["ok"] and held["since"] == int(size)
    event = martlet_process.run_json("audit", "prove", "0", *here)
    assert event["proof"].startswith("c2sp.org/tlog-proof@v1")


def test_a_file_that_is_no_proof_is_bad_input(home, key, tmp_path):
    other = tmp_path / "other"
    other.write_text("hello")
    refused("audit", "verify", "--proof", str(other), "--public-key", key, status=65)


def test_verify_says_what_it_read_and_takes_no_stray_folder(home, key, tmp_path):
    assert f"Read from {home}" in martlet_process.run("audit", "verify", "--workspace", str(home))
    assert "--workspace" in refused("audit", "verify", status=64, MARTLET_SERVER="http://127.0.0.1:9")
    refused("audit", "verify", "--workspace", str(tmp_path / "none"), status=66)
    refused("audit", "verify", str(tmp_path / "none"), "--public-key", key, status=66)
    refused("audit", "export", str(tmp_path / "out"), "--workspace", str(tmp_path / "none"), status=66)
    assert not (tmp_path / "none").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    assert "not empty" in refused("audit", "export", str(tmp_path / "full"), "--workspace", str(home), status=65)
    witness = ("audit", "witness", "--log", key, "--key", str(tmp_path / "w.key"), "--from")
    refused(*witness, str(tmp_path / "none"), status=66)


def test_changes_answer_in_json(home):
    here = ("--workspace", str(home))
    for arguments in (
        ("models", "tag", "risk", "a=b"), ("models", "describe", "risk", "words"),
        ("models", "alias", "delete", "risk", "nobody"), ("models", "rename", "risk", "danger"),
        ("models", "delete", "danger", "--yes"),
    ):
        martlet_process.run_json(*arguments, *here)
    martlet_process.run("models", "create", "risk", *here)


def test_places_that_cannot_be_a_workspace_are_said_to_be_so(home, tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    for arguments in (("registry", "list", "risk"), ("policy", "show"), ("init",), ("server", "--port", "0")):
        assert "it is a file" in refused(*arguments, "--workspace", str(file), status=65)
        assert "--workspace DIR" in refused(*arguments, "--workspace", "/proc/nowhere", status=65)
    for file in (tmp_path / "none.yaml", tmp_path):
        refused("policy", "check", str(file), status=65)


def test_a_server_says_why_it_cannot_listen(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"port {port}" in refused("server", "--workspace", str(home), "--port", port, status=69)
    refused(
        "server", "--workspace", str(home), "--port", "0", "--host", "nosuch.invalid", "--allow-open-workspace", status=65)
    with martlet_process.Server(home):
        second = refused("server", "--workspace", str(home), "--port", "0", status=69)
        assert "--server" not in second and "--workspace DIR" in second


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("tls")
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl")
    for name in ("one", "two"):
        subprocess.run(
            [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem",
             "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
            cwd=folder, check=True, capture_output=True)
    return folder


def test_what_is_wrong_with_a_certificate_is_said(home, certificate):
    def start(chain: str, key: str) -> str:
        return refused(
            "server", "--workspace", str(home), "--port", "0", "--tls-certificate", str(certificate / chain), "--tls-key",
            str(certificate / key), status=65)

    assert "no such file" in start("none.pem", "one.key")
    assert "no certificate" in start("one.key", "one.key")
    assert "no private key" in start("one.pem", "one.pem")
    assert "not the key of the certificate" in start("one.pem", "two.key")


def test_nothing_is_sent_to_a_server_that_is_not_trusted(home, certificate):
    files = ("--tls-certificate", str(certificate / "one.pem"), "--tls-key", str(certificate / "one.key"))
    with martlet_process.Server(home, arguments=files, verify=str(certificate / "one.pem")) as server:
        for arguments in (("models", "list"), ("models", "create", "unsent")):
            said = refused(*arguments, "--server", server.url, status=69)
            assert "Nothing was sent" in said and "update-ca-certificates" in said


def test_an_answer_of_another_program_is_said_to_be_one(tmp_path):
    script = (
        "import http.server\n"
        "class H(http.server.BaseHTTPRequestHandler):\n"
        "  def do_GET(self):\n"
        "    self.send_response(200); self.send_header('Content-Length', '5'); self.end_headers(); self.wfile.write(b'hello')\n"
        "  def do_POST(self):\n"
        "    self.rfile.read(int(self.headers['Content-Length'])); self.do_GET()\n"
        "s = http.server.HTTPServer(('127.0.0.1', 0), H); print(s.server_port, flush=True); s.serve_forever()\n"
    )
    other = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        said = refused("registry", "list", "risk", "--server", f"http://127.0.0.1:{other.stdout.readline().strip()}", status=70)
        assert "not one of Martlet's" in said
    finally:
        other.kill()
        other.wait()


def test_names_that_nothing_has_are_not_found(home):
    here = ("--workspace", str(home))
    said = refused("models", "show", "risk@nobody", *here, status=66)
    assert "martlet models alias set" in said
    said = refused("webhooks", "delete", "0" * 32, *here, status=66)
    assert "martlet webhooks list" in said


def test_words_of_a_command_line_are_read_for_what_they_are(home):
    here = ("--workspace", str(home))
    for limit in ("0", "5000"):
        refused("audit", "log", "--limit", limit, *here, status=65)
    assert "roles grant user:x --role scorer" in refused("users", "create", "x", "--role", "scorer", *here, status=64)
    assert "is not a tag" not in refused(
        "monitoring", "plan", "risk", "--owner", "x", "--frequency", "daily", "--reference", "a.b@0", "--column",
        "dep_delay", *here, status=64)


def test_the_demo_finds_its_example_when_it_is_called_by_its_name(tmp_path):
    """The program is found by PATH, and the working directory is no checkout: the example's folder is above its file."""
    binary = pathlib.Path(martlet_process.binary())
    full = tmp_path / "full"
    full.mkdir()
    (full / "file").write_text("x")
    done = subprocess.run(
        [binary.name, "demo", "--workspace", str(full)], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env=martlet_process.environment(PATH=f"{binary.parent}:{os.environ['PATH']}"))
    # It is refused for the folder, which is looked at after the example was found.
    assert done.returncode != 0 and "example" not in done.stderr, done.stderr
