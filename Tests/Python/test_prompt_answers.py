"""Served features are answered on the thread that reads the connection when all is in memory: the answers and their checks
are the same as those of every other way in, and nothing is overtaken."""

import json

import pytest
import requests

import martlet_process
from test_http_doors import talk

VIEW = """
feature_view: scores
version: 1
source: {table: demo.scores, entity: [key], event_time: at}
join: [key]
features:
  score: {latest: score}
"""
FEAST, OWN = "/get-online-features", "/api/martlet/1.0/features/get-online"
QUESTION = json.dumps({"features": ["scores"], "entities": {"key": ["k1", "k2", "nobody"]}})


def serve(workspace, *more):
    rows, view = workspace.parent / "scores.csv", workspace.parent / "view.yaml"
    rows.write_text("key,score,at\nk1,0.25,2024-01-01T00:00:00Z\nk2,,2024-01-02T00:00:00Z\n")
    view.write_text(VIEW)
    martlet_process.run("data", "import", "demo.scores", rows, "--workspace", workspace, *more)
    martlet_process.run("features", "apply", view, "--workspace", workspace, *more)
    martlet_process.run("features", "serve", "scores", "--workspace", workspace, *more)


@pytest.fixture
def server(tmp_path):
    serve(tmp_path / "workspace")
    with martlet_process.Server(tmp_path / "workspace") as server:
        warm = requests.post(server.url + FEAST, data=QUESTION, headers={"Content-Type": "application/json"})
        assert warm.status_code == 200, warm.text
        yield server


def post(path, body=QUESTION, *headers):
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", *headers]
    if not any(header.startswith("Transfer-Encoding") for header in headers):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


CLOSE = b"GET /version HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


def answers(text):
    """The answers on one connection: status, fields, body."""
    found = []
    while text:
        head, _, rest = text.partition("\r\n\r\n")
        status, *fields = head.split("\r\n")
        fields = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
        size = int(fields["content-length"])
        found.append((int(status.split()[1]), fields, rest[:size]))
        text = rest[size:]
    return found


@pytest.mark.parametrize("path", [FEAST, OWN])
def test_a_prompt_answer_is_that_of_the_router(server, path):
    prompt, last = answers(talk(server.url, post(path) + CLOSE))
    (routed,) = answers(talk(server.url, post(path, QUESTION, "Connection: close")))
    own = {"date", "x-request-id", "connection"}
    assert last[0] == 200 and prompt[0] == routed[0] == 200
    assert prompt[2] == routed[2]
    assert {name: value for name, value in prompt[1].items() if name not in own} == {
        name: value for name, value in routed[1].items() if name not in own
    }
    assert prompt[1]["x-request-id"] != routed[1]["x-request-id"]
    assert "0.25" in prompt[2]


def test_answers_come_in_the_order_of_their_questions(server):
    slow = b"GET /api/2.0/mlflow/experiments/search?max_results=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    asked = (post(FEAST) + slow + post(FEAST) + post(FEAST, "{") + post(OWN)) * 20 + CLOSE
    found = answers(talk(server.url, asked))
    kinds = ["results" in body and 200 or "experiments" in body and 1 or "columns" in body and 2 or status for status, _, body in found]
    assert kinds == [200, 1, 200, 422, 2] * 20 + [200 if "results" in found[-1][2] else found[-1][0]]


def test_a_body_in_pieces_is_put_together(server):
    chunked = "".join(f"{len(piece):x}\r\n{piece}\r\n" for piece in [QUESTION[:7], QUESTION[7:30], QUESTION[30:]]) + "0\r\n\r\n"
    pieces, _ = answers(talk(server.url, post(FEAST, chunked, "Transfer-Encoding: chunked") + CLOSE))
    whole, _ = answers(talk(server.url, post(FEAST) + CLOSE))
    assert pieces[0] == 200 and pieces[2] == whole[2]
    long = json.dumps({"features": ["scores"], "entities": {"key": ["k1"] * 10_000}}) + " " * 300_000
    found, _ = answers(talk(server.url, post(FEAST, long) + CLOSE))
    assert found[0] == 200 and found[2].count("0.25") == 10_000


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("{", (), 422),
        (json.dumps({"features": ["nothing"], "entities": {"key": ["k1"]}}), (), 404),
        (json.dumps({"features": ["scores:none"], "entities": {"key": ["k1"]}}), (), 422),
        (json.dumps({"features": ["scores"], "entities": {"other": ["k1"]}}), (), 422),
        (QUESTION, ("Origin: https://evil.example",), 403),
    ],
)
def test_what_is_refused_is_refused_as_everywhere(server, body, headers, status):
    first, _ = answers(talk(server.url, post(FEAST, body, *headers) + CLOSE))
    assert first[0] == status, first


def test_another_hosts_name_is_refused(server):
    request = post(FEAST).replace(b"Host: 127.0.0.1", b"Host: evil.example")
    first, _ = answers(talk(server.url, request + CLOSE))
    assert first[0] == 403


def test_who_has_no_token_is_told_nothing(tmp_path):
    workspace = tmp_path / "governed"
    users = martlet_process.run_json("init", "--workspace", workspace)["users"]
    token = users[0]["token"]
    rows, view = tmp_path / "scores.csv", tmp_path / "view.yaml"
    rows.write_text("key,score,at\nk1,0.25,2024-01-01T00:00:00Z\n")
    view.write_text(VIEW)
    with martlet_process.Server(workspace, token=token) as server:
        for arguments in [("data", "import", "demo.scores", rows), ("features", "apply", view), ("features", "serve", "scores")]:
            martlet_process.run(*arguments, "--server", server.url, MARTLET_TOKEN=token)
        for _ in range(2):
            with_token, _ = answers(talk(server.url, post(FEAST, QUESTION, f"Authorization: Bearer {token}") + CLOSE))
            assert with_token[0] == 200 and "0.25" in with_token[2]
        for headers in [(), ("Authorization: Bearer mlt_" + "x" * 43,), ("Authorization: Bearer " + token[:-1],)]:
            without, _ = answers(talk(server.url, post(FEAST, QUESTION, *headers) + CLOSE))
            assert without[0] == 401 and "0.25" not in without[2]
