"""What the server says to who does not speak as the `mlflow` client does: names, pages, raw paths, and bodies that wait."""

import socket
import time

import pytest
import requests

import martlet_process

SEARCH = "/api/2.0/mlflow/experiments/search?max_results=1"
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts"


def talk(url, text, seconds=5):
    """All that the server says to these bytes, until it closes or falls silent."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), seconds) as line:
        line.sendall(text)
        line.settimeout(seconds)
        said = b""
        try:
            while piece := line.recv(65536):
                said += piece
        except TimeoutError:
            pass
        return said.decode("latin-1")


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("--allowed-hosts", "127.0.0.1:*, mlops.example", "--cors-allowed-origins", "https://app.example", "--x-frame-options", "deny"), {}),
        (
            (),
            {
                "MLFLOW_SERVER_ALLOWED_HOSTS": "127.0.0.1:*, mlops.example", "MLFLOW_SERVER_X_FRAME_OPTIONS": "DENY",
                "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": "https://app.example",
            },
        ),
    ],
)
def test_names_and_pages_are_chosen_by_flags_or_the_environment(tmp_path, arguments, variables):
    with martlet_process.Server(tmp_path / "workspace", arguments=arguments, **variables) as server:
        own = requests.get(server.url + SEARCH)
        assert (own.status_code, own.headers["X-Frame-Options"], own.headers["Vary"]) == (200, "DENY", "Origin")
        assert requests.get(server.url + SEARCH, headers={"Host": "mlops.example"}).status_code == 200
        other = requests.get(server.url + SEARCH, headers={"Host": "localhost"})
        assert (other.status_code, other.text) == (403, "Invalid Host header - possible DNS rebinding attack detected")
        assert requests.get(server.url + "/health", headers={"Host": "localhost"}).text == "OK"
        page = requests.post(server.url + SEARCH, headers={"Origin": "https://app.example"}, json={"max_results": 1})
        assert (page.status_code, page.headers["Access-Control-Allow-Origin"]) == (200, "https://app.example")
        evil = requests.post(server.url + SEARCH, headers={"Origin": "https://evil.example"}, json={"max_results": 1})
        assert (evil.status_code, evil.text) == (403, "Cross-origin request blocked")


@pytest.mark.parametrize("on", [True, False])
def test_server_info_tells_what_the_operator_chose(tmp_path, on):
    more = {f"MLFLOW_ENABLE_PROXY_MULTIPART_{way}": "true" for way in ("UPLOAD", "DOWNLOAD") if on}
    with martlet_process.Server(tmp_path / "workspace", **more) as server:
        info = requests.get(f"{server.url}/api/3.0/mlflow/server-info").json()
    assert (info["multipart_uploads_enabled"], info["multipart_downloads_enabled"]) == (on, on)


def test_no_raw_path_leads_out_of_the_store(server_url):
    for path in ("/../../../../etc/passwd", "//etc/passwd", "/..\\..\\x", "/%2e%2e/%2e%2e/x", "/\xff\xfe", "/a\x01b", "/a/..;/x"):
        for method in ("GET", "HEAD", "PUT", "DELETE"):
            request = f"{method} {ARTIFACTS}{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"
            status = talk(server_url, request.encode("latin-1")).split(" ")[1]
            assert status in ("400", "404"), (method, path, status)
    assert requests.get(f"{server_url}/health").text == "OK"


def test_who_waits_for_a_word_before_a_body_gets_it(server_url, unique):
    path = f"{ARTIFACTS}/1/{unique('expected')}"
    host, port = server_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as line:
        for content in (b"first", b"second"):
            head = f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: {len(content)}\r\n\r\n"
            line.sendall(head.encode())
            assert line.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
            line.sendall(content)
            assert line.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    assert requests.get(server_url + path).content == b"second"


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path):
    with martlet_process.Server(tmp_path / "workspace") as server:
        request = f"PUT {ARTIFACTS}/1/half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n".encode() + b"x" * 500_000
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 10) as line:
            line.sendall(request)
        incoming = tmp_path / "workspace" / "artifacts" / ".martlet-incoming"
        deadline = time.monotonic() + 30
        while list(incoming.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert list(incoming.iterdir()) == []
        assert requests.get(f"{server.url}{ARTIFACTS}/1/half").status_code == 404
