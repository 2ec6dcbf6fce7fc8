"""The ways in: real clients over a real socket, and what the server's log says of them."""

import base64
import datetime
import http.client
import http.server
import ipaddress
import json
import pathlib
import signal
import ssl
import threading
import time

import mlflow
import pytest
import requests
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

import martlet_process

PASSWORD = "correct horse battery staple"
PROXY_SECRET = "p" * 40
ISSUER = "https://login.example.org/"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Authority:
    """Certificates of our own: one authority, and whom it vouches for."""

    def __init__(self, folder: pathlib.Path, name: str = "Test CA"):
        self.folder, self.name = folder, name
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._certificate(name, self.key, self.key, name, is_authority=True)
        self.file = folder / f"{name.replace(' ', '-')}.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _certificate(self, common_name, key, signer, issuer, is_authority=False, names=()):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(signer, hashes.SHA256())

    def issue(self, common_name: str, names=()) -> tuple[str, str]:
        """The files of a certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._certificate(common_name, key, self.key, self.name, names=names)
        stem = self.folder / f"{common_name}-{certificate.serial_number}"
        chain, secret = stem.with_suffix(".crt.pem"), stem.with_suffix(".key.pem")
        chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return str(chain), str(secret)

    def server(self) -> tuple[str, str]:
        return self.issue(
            "localhost", [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """A workspace with users, of whom `bo` has a password; the secrets that were made are kept."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "workspace"
    made = martlet_process.run_json(
        "init", "--workspace", folder, "--user", "bo:contributor", "--user", "root:administrator")
    tokens = {user["name"]: user["token"] for user in made["users"]}
    import subprocess
    subprocess.run(
        martlet_process.command("users", "set-password", "bo", "--workspace", folder), input=PASSWORD + "\n", text=True,
        check=True, timeout=60, env=martlet_process.environment(MARTLET_TOKEN=tokens["root"]))
    return folder, tokens


def configure(folder: pathlib.Path, **authentication) -> None:
    file = folder / "martlet.yaml"
    settings = yaml.safe_load(file.read_text())
    settings["authentication"] = {**settings.get("authentication", {}), **authentication}
    file.write_text(yaml.safe_dump(settings))


def me(url: str, **arguments):
    return requests.post(f"{url}/api/martlet/1.0/identity/me", json={}, timeout=30, **arguments)


def test_mlflow_clients_come_in_by_basic_and_by_bearer(workspace, monkeypatch):
    folder, tokens = workspace
    with martlet_process.Server(folder) as server:
        mlflow.set_tracking_uri(server.url)
        for variables in (
            {"MLFLOW_TRACKING_TOKEN": tokens["bo"]},
            {"MLFLOW_TRACKING_USERNAME": "bo", "MLFLOW_TRACKING_PASSWORD": PASSWORD},
            {"MLFLOW_TRACKING_USERNAME": "bo", "MLFLOW_TRACKING_PASSWORD": tokens["bo"]},
        ):
            with monkeypatch.context() as patch:
                for name, value in variables.items():
                    patch.setenv(name, value)
                with mlflow.start_run() as run:
                    mlflow.log_metric("auc", 0.9)
                assert mlflow.get_run(run.info.run_id).data.metrics["auc"] == 0.9
        with monkeypatch.context() as patch:
            patch.setenv("MLFLOW_TRACKING_USERNAME", "bo")
            patch.setenv("MLFLOW_TRACKING_PASSWORD", "wrong password here")
            with pytest.raises(mlflow.MlflowException):
                mlflow.MlflowClient().search_experiments()


def test_a_password_that_was_right_is_not_computed_again_for_each_request(workspace):
    folder, _ = workspace
    with martlet_process.Server(folder) as server:
        assert me(server.url, auth=("bo", PASSWORD)).status_code == 200
        before = time.monotonic()
        for _ in range(50):
            assert me(server.url, auth=("bo", PASSWORD)).status_code == 200
        # 50 times 600,000 rounds would take ten seconds and more.
        assert time.monotonic() - before < 8


def test_the_log_knows_no_secret(workspace, authority):
    folder, tokens = workspace
    with martlet_process.Server(folder, arguments=("--log-level", "trace")) as server:
        made = requests.post(
            f"{server.url}/api/2.0/token/create", json={"comment": "x"}, timeout=30,
            headers={"Authorization": f"Bearer {tokens['bo']}"}).json()
        session = requests.Session()
        answer = session.post(
            f"{server.url}/login", data={"user": "bo", "password": PASSWORD}, headers={"Origin": server.url}, timeout=30,
            allow_redirects=False)
        assert answer.status_code == 303 and "martlet_session" in session.cookies
        cookie = session.cookies["martlet_session"]
        assert session.get(f"{server.url}/api/2.0/mlflow/experiments/get?experiment_id=0", timeout=30).status_code == 200
        me(server.url, headers={"Authorization": f"Bearer {tokens['bo']}"})
        me(server.url, auth=("bo", PASSWORD))
        me(server.url, auth=("bo", "wrong-" + PASSWORD))
        me(server.url, headers={"Authorization": f"Bearer {tokens['bo'][:-1]}"})
        requests.get(f"{server.url}/?token={tokens['bo']}", timeout=30)
        wrong = requests.post(
            f"{server.url}/login", data={"user": "bo", "password": "wrong-" + PASSWORD}, headers={"Origin": server.url},
            timeout=30, allow_redirects=False)
        assert wrong.status_code == 401
    log = "".join(server.output)
    assert "/login" in log and "/api/martlet/1.0/identity/me" in log
    secrets = [tokens["bo"], tokens["bo"][:-1], made["token_value"], PASSWORD, cookie]
    for secret in secrets:
        assert secret not in log
        assert base64.b64encode(f"bo:{secret}".encode()).decode() not in log
    # Nor do the files of the workspace, the audit log's entries among them.
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for secret in secrets:
                assert secret.encode() not in content, file


def test_headers_of_a_proxy_count_only_from_that_proxy(workspace):
    folder, tokens = workspace
    proxy = {
        "addresses": ["127.0.0.0/8"], "secret": PROXY_SECRET, "user_header": "X-Forwarded-User",
        "groups_header": "X-Forwarded-Groups",
    }
    configure(folder, trusted_proxies=[proxy])
    good = {"X-Forwarded-User": "bo", "X-Martlet-Proxy-Secret": PROXY_SECRET}
    with martlet_process.Server(folder) as server:
        assert me(server.url, headers=good).json()["name"] == "bo"
        for spoof in (
            {"X-Forwarded-User": "bo"}, {**good, "X-Martlet-Proxy-Secret": PROXY_SECRET[:-1]},
            {**good, "X-Martlet-Proxy-Secret": ""}, {**good, "X-Forwarded-User": "nobody"},
            {**good, "X-Forwarded-User": ""}, {**good, "X-Forwarded-User": "martlet"},
            {"X-Remote-User": "bo", "X-Martlet-Proxy-Secret": PROXY_SECRET},
            {**good, "X-Forwarded-User": "anyone", "X-Forwarded-Groups": "administrator"},
        ):
            assert me(server.url, headers=spoof).status_code == 401, spoof
        # Groups in two lines: one is the proxy's, and the other whoever's.
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
        connection.putrequest("GET", "/api/2.0/preview/scim/v2/Me")
        for name, value in [*good.items(), ("X-Forwarded-Groups", "a"), ("X-Forwarded-Groups", "b")]:
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == 401
        connection.close()
        # A token says more than a header that a client brought along.
        both = {**good, "X-Forwarded-User": "bo", "Authorization": f"Bearer {tokens['root']}"}
        assert me(server.url, headers=both).json()["name"] == "root"
    configure(folder, trusted_proxies=[{**proxy, "addresses": ["10.0.0.0/8"]}])
    with martlet_process.Server(folder) as server:
        assert me(server.url, headers=good).status_code == 401


def test_tls_speaks_to_real_clients_and_takes_up_a_new_certificate(workspace, authority, monkeypatch):
    folder, tokens = workspace
    certificate, key = authority.server()
    arguments = ("--tls-certificate", certificate, "--tls-key", key)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    with martlet_process.Server(folder, arguments=arguments, verify=str(authority.file)) as server:
        assert server.url.startswith("https://")
        port = int(server.url.rsplit(":", 1)[1])
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", tokens["bo"])
        mlflow.set_tracking_uri(f"https://localhost:{port}")
        with mlflow.start_run() as run:
            mlflow.log_text("x" * 300_000, "long.txt")
        assert len(mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/long.txt")) == 300_000
        # What is answered at once is answered over TLS, too.
        asked = requests.post(
            f"https://localhost:{port}/get-online-features", json={"features": ["no:such"], "entities": {"id": [1]}},
            headers={"Authorization": f"Bearer {tokens['bo']}"}, timeout=30)
        assert asked.status_code in (404, 422), asked.text
        login = requests.post(
            f"https://localhost:{port}/login", data={"user": "bo", "password": PASSWORD}, timeout=30,
            headers={"Origin": f"https://localhost:{port}"}, allow_redirects=False)
        assert "__Host-martlet_session=" in login.headers["Set-Cookie"] and "Secure" in login.headers["Set-Cookie"]
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(f"http://localhost:{port}/health", timeout=10)
        old = ssl.create_default_context(cafile=str(authority.file))
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        import socket
        with pytest.raises((ssl.SSLError, OSError)):
            with socket.create_connection(("localhost", port), timeout=10) as raw:
                old.wrap_socket(raw, server_hostname="localhost")
        before = ssl.get_server_certificate(("localhost", port))
        renewed, renewed_key = authority.server()
        pathlib.Path(certificate).write_bytes(pathlib.Path(renewed).read_bytes())
        pathlib.Path(key).write_bytes(pathlib.Path(renewed_key).read_bytes())
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20
        while ssl.get_server_certificate(("localhost", port)) == before:
            assert time.monotonic() < deadline, "the certificate was not taken up"
            time.sleep(0.1)
        # One that cannot be used changes nothing.
        pathlib.Path(key).write_text("no key")
        server.process.send_signal(signal.SIGHUP)
        time.sleep(1)
        assert requests.get(f"https://localhost:{port}/health", timeout=10).status_code == 200


def test_a_certificate_stands_for_the_account_that_its_subject_names(workspace, authority, tmp_path, monkeypatch):
    folder, tokens = workspace
    configure(
        folder,
        client_certificates={
            "authorities": str(authority.file), "subjects": [{"pattern": r"CN=[A-Z]+\.([A-Z]+)\.\d{10}", "user": "$1"}]})
    martlet_process.run(
        "users", "create", "JOHN", "--role", "viewer", "--workspace", folder, MARTLET_TOKEN=tokens["root"])
    certificate, key = authority.server()
    arguments = ("--tls-certificate", certificate, "--tls-key", key)
    with martlet_process.Server(folder, arguments=arguments, verify=str(authority.file)) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        ask = lambda issued: me(url, cert=issued, verify=str(authority.file))
        assert ask(authority.issue("DOE.JOHN.1234567890")).json()["name"] == "JOHN"
        assert ask(None).status_code == 401
        for stranger in ("DOE.JANE.1234567890", "DOE.JOHN.123", "JOHN", "DOE.martlet.1234567890"):
            assert ask(authority.issue(stranger)).status_code == 401, stranger
        with pytest.raises(requests.exceptions.ConnectionError):
            ask(Authority(tmp_path, "Other CA").issue("DOE.JOHN.1234567890"))
        assert me(
            url, headers={"Authorization": f"Bearer {tokens['bo']}"}, verify=str(authority.file)).json()["name"] == "bo"


def test_tokens_of_an_issuer_are_taken_while_its_keys_say_so(workspace):
    folder, _ = workspace
    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    file = folder.parent / "jwks.json"
    file.write_text(json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": base64url(public)}]}))
    configure(folder, oidc=[{"issuer": ISSUER, "audience": "martlet", "jwks": str(file)}])

    def token(**changes) -> str:
        claims = {
            "iss": ISSUER, "aud": "martlet", "exp": int(time.time()) + 60, "preferred_username": "bo", **changes,
        }
        text = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "EdDSA", "kid": "1"}, claims))
        return f"{text}.{base64url(key.sign(text.encode()))}"

    with martlet_process.Server(folder, arguments=("--log-level", "trace")) as server:
        good = token()
        assert me(server.url, headers={"Authorization": f"Bearer {good}"}).json()["name"] == "bo"
        for changes in ({"aud": "other"}, {"exp": int(time.time()) - 120}, {"preferred_username": "nobody"}):
            assert me(server.url, headers={"Authorization": f"Bearer {token(**changes)}"}).status_code == 401, changes
    assert good not in "".join(server.output)


class KeyServer(http.server.ThreadingHTTPServer):
    """An issuer's keys over HTTP, and how often they were asked for."""

    def __init__(self):
        self.keys, self.status, self.asked = [], 200, 0
        super().__init__(("127.0.0.1", 0), KeyServer.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/keys.json"

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked += 1
            body = json.dumps({"keys": self.server.keys}).encode()
            self.send_response(self.server.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass


def test_an_issuers_keys_are_fetched_by_address_and_not_for_each_token(workspace):
    folder, _ = workspace
    key, stranger = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    keys = KeyServer()
    keys.keys = [
        {"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": base64url(public)}, {"kty": "unknown", "kid": "2"},
        {"kty": "RSA", "kid": "3", "n": 7},
    ]
    configure(folder, oidc=[{"issuer": ISSUER, "audience": "martlet", "jwks": keys.url}])

    def ask(server, signer=key, kid="1") -> int:
        claims = {"iss": ISSUER, "aud": ["martlet"], "exp": int(time.time()) + 60, "preferred_username": "bo"}
        text = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "EdDSA", "kid": kid}, claims))
        token = f"{text}.{base64url(signer.sign(text.encode()))}"
        return me(server.url, headers={"Authorization": f"Bearer {token}"}).status_code

    with martlet_process.Server(folder) as server:
        assert [ask(server) for _ in range(3)] == [200] * 3
        assert keys.asked == 1
        # Whoever makes up names of keys does not make the server ask for them.
        assert [ask(server, stranger, f"made-up-{n}") for n in range(5)] == [401] * 5
        assert keys.asked <= 2
        keys.shutdown()
        keys.server_close()
        assert ask(server) == 200
    # An issuer that was never reached lets nobody in, and keeps nobody else out.
    with martlet_process.Server(folder) as server:
        assert ask(server) == 401
        assert me(server.url, auth=("bo", PASSWORD)).status_code == 200


def test_keys_are_fetched_over_https_or_from_this_machine_alone(workspace):
    folder, _ = workspace
    configure(folder, oidc=[{"issuer": ISSUER, "audience": "martlet", "jwks": "http://login.example.org/keys.json"}])
    said = martlet_process.subprocess.run(
        martlet_process.command("server", "--workspace", folder, "--port", "0"), capture_output=True, text=True,
        timeout=60, env=martlet_process.environment())
    assert said.returncode != 0 and "https" in said.stderr


def test_an_open_workspace_is_served_to_this_machine_alone(tmp_path):
    said = martlet_process.subprocess.run(
        martlet_process.command("server", "--workspace", tmp_path / "open", "--host", "0.0.0.0", "--port", "0"),
        capture_output=True, text=True, timeout=60, env=martlet_process.environment())
    assert said.returncode != 0 and "martlet init" in said.stderr and "--allow-open-workspace" in said.stderr
    with martlet_process.Server(
        tmp_path / "open", arguments=("--host", "0.0.0.0", "--allow-open-workspace")
    ):
        pass


def test_databricks_cli_words_for_tokens(workspace):
    folder, tokens = workspace
    with martlet_process.Server(folder) as server:
        headers = {"Authorization": f"Bearer {tokens['bo']}"}
        made = requests.post(
            f"{server.url}/api/2.0/token/create", json={"comment": "ci", "lifetime_seconds": 3600}, headers=headers,
            timeout=30).json()
        assert made["token_info"]["comment"] == "ci"
        assert made["token_info"]["expiry_time"] - made["token_info"]["creation_time"] == 3_600_000
        listed = requests.get(f"{server.url}/api/2.0/token/list", headers=headers, timeout=30).json()
        assert made["token_info"] in listed["token_infos"]
        gone = requests.post(
            f"{server.url}/api/2.0/token/delete", json={"token_id": made["token_info"]["token_id"]}, headers=headers,
            timeout=30)
        assert gone.json() == {}
        assert me(server.url, headers={"Authorization": f"Bearer {made['token_value']}"}).status_code == 401
