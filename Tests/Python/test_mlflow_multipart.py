"""The unmodified `mlflow` client sends files in parts and fetches them in ranges; large ones pass in constant memory."""

import hashlib
import os
import pathlib
import re

import mlflow
import pytest
import requests

import martlet_process

ARTIFACTS = "/api/2.0/mlflow-artifacts"


@pytest.fixture
def in_parts(monkeypatch):
    """Parts of 1 MiB for every file, and downloads in ranges of 1 MiB."""
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", "0")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(1 << 20))
    monkeypatch.setenv("MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE", str(1 << 20))


@pytest.fixture
def calls(monkeypatch):
    """What was asked of the server, as (method, path)."""
    seen = []
    send = requests.Session.send

    def recorded(self, request, **more):
        seen.append((request.method, re.sub(r"\?.*", "", request.path_url)))
        return send(self, request, **more)

    monkeypatch.setattr(requests.Session, "send", recorded)
    return seen


def names(run_id, client, path=None):
    return {item.path: item.file_size for item in client.list_artifacts(run_id, path)}


def test_files_go_up_in_parts_and_come_down_in_ranges(client, experiment, in_parts, calls, tmp_path):
    content = os.urandom((5 << 20) + 17)
    (tmp_path / "large file %.bin").write_bytes(content)
    (tmp_path / "empty").write_bytes(b"")
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(tmp_path / "large file %.bin"), "weights")
        mlflow.log_artifact(str(tmp_path / "empty"), "weights")
    parts = [path for method, path in calls if method == "PUT"]
    assert len(parts) == 6 + 1 and all("/mpu/part/" in path for path in parts), parts
    run_id = run.info.run_id
    assert names(run_id, client, "weights") == {"weights/empty": 0, "weights/large file %.bin": len(content)}
    calls.clear()
    (tmp_path / "down").mkdir()
    got = client.download_artifacts(run_id, "weights", str(tmp_path / "down"))
    assert (pathlib.Path(got) / "large file %.bin").read_bytes() == content
    assert (pathlib.Path(got) / "empty").read_bytes() == b""
    ranges = [path for method, path in calls if "/linked/" in path]
    assert len(ranges) == 6, "the empty file needs none"


def test_an_upload_that_fails_is_aborted_and_leaves_nothing(client, experiment, in_parts, monkeypatch, tmp_path):
    from mlflow.store.artifact.http_artifact_repo import HttpArtifactRepository

    (tmp_path / "file.bin").write_bytes(os.urandom(3 << 20))
    send = HttpArtifactRepository._upload_part

    def failing(credential, *arguments, **more):
        if credential.part_number == 2:
            raise ConnectionError("the line broke")
        return send(credential, *arguments, **more)

    monkeypatch.setattr(HttpArtifactRepository, "_upload_part", staticmethod(failing))
    with mlflow.start_run() as run:
        with pytest.raises(Exception, match="the line broke"):
            mlflow.log_artifact(str(tmp_path / "file.bin"))
    assert names(run.info.run_id, client) == {}


def test_parts_come_in_any_order_and_a_part_sent_again_replaces_the_one_before(server_url, unique):
    folder, parts = f"1/{unique('parts')}", [os.urandom(70_000), os.urandom(10), os.urandom(300_000)]
    made = requests.post(f"{server_url}{ARTIFACTS}/mpu/create/{folder}", json={"path": "C:\\my\\file.bin", "num_parts": 3}).json()
    assert [part["part_number"] for part in made["credentials"]] == [1, 2, 3]
    urls = {part["part_number"]: part["url"] for part in made["credentials"]}
    tags = {}
    for number in (3, 1, 2):
        requests.put(urls[number], data=b"not this").raise_for_status()
        answer = requests.put(urls[number], data=parts[number - 1])
        tags[number] = answer.headers["ETag"]
        assert tags[number] == f'"{hashlib.sha256(parts[number - 1]).hexdigest()}"'

    def complete(numbers, etags=tags, name="file.bin"):
        return requests.post(
            f"{server_url}{ARTIFACTS}/mpu/complete/{folder}",
            json={
                "path": name, "upload_id": made["upload_id"],
                "parts": [{"part_number": number, "etag": etags[number], "url": urls[number]} for number in numbers],
            },
        )

    for numbers in ([1, 2], [1, 3, 2], [1, 2, 2, 3], [], [2, 3]):
        assert complete(numbers).status_code == 400, numbers
    stale = f'"{hashlib.sha256(b"not this").hexdigest()}"'
    assert complete([1, 2, 3], {**tags, 2: stale}).status_code == 400
    assert complete([1, 2, 3], name="other.bin").status_code == 404
    done = complete([1, 2, 3])
    assert (done.status_code, done.json()) == (200, {})
    got = requests.get(f"{server_url}{ARTIFACTS}/artifacts/{folder}/file.bin")
    assert got.content == b"".join(parts)
    assert got.headers["ETag"] == f'"{hashlib.sha256(b"".join(parts)).hexdigest()}"'
    assert complete([1, 2, 3]).status_code == 404
    assert requests.put(urls[1], data=b"late").status_code == 403


def test_part_addresses_cannot_be_guessed(server_url, unique):
    folder = f"1/{unique('guess')}"
    made = requests.post(f"{server_url}{ARTIFACTS}/mpu/create/{folder}", json={"path": "file", "num_parts": 2}).json()
    url = made["credentials"][0]["url"]
    address, secret = url.split("?secret=")
    assert len(secret) == 64
    other = secret[:-1] + ("0" if secret[-1] != "0" else "1")
    for wrong in (
        address, f"{address}?secret=", f"{address}?secret={other}", url.replace("/1?", "/3?"), url.replace("/1?", "/0?"),
        url.replace("/1?", "/x?"), url.replace(made["upload_id"], "0" * 32),
    ):
        assert requests.put(wrong, data=b"x").status_code == 403, wrong
    for count in (0, -1, 10_001, 2**63):
        refused = requests.post(f"{server_url}{ARTIFACTS}/mpu/create/{folder}", json={"path": "file", "num_parts": count})
        assert refused.status_code == 400, count
    for name in ("..", "", "a/..", "%2e%2e", "x#y"):
        refused = requests.post(f"{server_url}{ARTIFACTS}/mpu/create/{folder}", json={"path": name, "num_parts": 1})
        assert refused.status_code == 400, name
    abort = {"path": "file", "upload_id": made["upload_id"]}
    assert requests.post(f"{server_url}{ARTIFACTS}/mpu/abort/{folder}", json=abort).json() == {}
    assert requests.post(f"{server_url}{ARTIFACTS}/mpu/abort/{folder}", json=abort).status_code == 404
    assert requests.put(url, data=b"x").status_code == 403


def test_a_broken_download_goes_on_where_it_stopped(server_url, unique):
    url = f"{server_url}{ARTIFACTS}/artifacts/1/{unique('resumed')}/weights.bin"
    content = os.urandom(3_000_000)
    requests.put(url, data=content).raise_for_status()
    with requests.get(url, stream=True) as first:
        tag, start = first.headers["ETag"], first.raw.read(1_234_567)
    rest = requests.get(url, headers={"Range": f"bytes={len(start)}-", "If-Range": tag})
    assert rest.status_code == 206
    assert rest.headers["Content-Range"] == f"bytes {len(start)}-{len(content) - 1}/{len(content)}"
    assert start + rest.content == content
    replaced = os.urandom(3_000_000)
    requests.put(url, data=replaced).raise_for_status()
    whole = requests.get(url, headers={"Range": f"bytes={len(start)}-", "If-Range": tag})
    assert (whole.status_code, whole.content) == (200, replaced)
    head = requests.head(url)
    assert (head.headers["Content-Length"], head.headers["ETag"], head.content) == ("3000000", whole.headers["ETag"], b"")
    assert head.headers["Accept-Ranges"] == "bytes"


def peak(pid):
    """The most memory that a process ever had at once, in bytes."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) << 10


def test_large_files_pass_in_constant_memory(tmp_path, monkeypatch):
    size, piece = 192 << 20, os.urandom(1 << 20)
    whole = hashlib.sha256(piece * (size >> 20)).hexdigest()

    def pieces():
        for _ in range(size >> 20):
            yield piece

    with martlet_process.Server(tmp_path / "workspace") as server:
        base = server.url + ARTIFACTS
        for small in range(3):
            requests.put(f"{base}/artifacts/1/warm", data=piece).raise_for_status()
        before = peak(server.process.pid)
        up = requests.put(f"{base}/artifacts/1/streamed", data=pieces())
        assert up.headers["ETag"] == f'"{whole}"'
        made = requests.post(f"{base}/mpu/create/1", json={"path": "joined", "num_parts": 3}).json()
        tags = []
        for part in made["credentials"]:
            answer = requests.put(part["url"], data=piece * (size >> 20 >> 1 if part["part_number"] == 2 else size >> 22))
            tags.append({"part_number": part["part_number"], "etag": answer.headers["ETag"]})
        done = requests.post(f"{base}/mpu/complete/1", json={"path": "joined", "upload_id": made["upload_id"], "parts": tags})
        done.raise_for_status()
        for name in ("streamed", "joined"):
            digest = hashlib.sha256()
            with requests.get(f"{base}/artifacts/1/{name}", stream=True) as down:
                for chunk in down.iter_content(1 << 20):
                    digest.update(chunk)
            assert digest.hexdigest() == whole, name
        grown = peak(server.process.pid) - before
    assert grown < 40 << 20, f"{grown >> 20} MiB more than before"


def test_parts_outlive_a_restart_and_dead_ones_are_swept(tmp_path):
    workspace = tmp_path / "workspace"
    server = martlet_process.Server(workspace)
    try:
        create = f"{server.url}{ARTIFACTS}/mpu/create/1"
        kept = requests.post(create, json={"path": "kept", "num_parts": 2}).json()
        given_up = requests.post(create, json={"path": "given up", "num_parts": 1}).json()
        first = requests.put(kept["credentials"][0]["url"], data=b"first ").headers["ETag"]
        requests.put(given_up["credentials"][0]["url"], data=b"x").raise_for_status()
    finally:
        server.kill()
    incoming = workspace / "artifacts" / ".martlet-incoming"
    assert len(list(incoming.iterdir())) == 2
    (incoming / "half an upload").write_bytes(b"half")
    (incoming / "parts-of-nothing").mkdir()
    with martlet_process.Server(workspace) as server:
        assert {path.name for path in incoming.iterdir()} == {
            f"parts-{kept['upload_id']}", f"parts-{given_up['upload_id']}",
        }
        port = server.url.rsplit(":", 1)[1]
        second = requests.put(re.sub(r":\d+/", f":{port}/", kept["credentials"][1]["url"]), data=b"second").headers["ETag"]
        done = requests.post(
            f"{server.url}{ARTIFACTS}/mpu/complete/1",
            json={
                "path": "kept", "upload_id": kept["upload_id"],
                "parts": [{"part_number": 1, "etag": first}, {"part_number": 2, "etag": second}],
            },
        )
        done.raise_for_status()
        assert requests.get(f"{server.url}{ARTIFACTS}/artifacts/1/kept").content == b"first second"


def test_with_users_every_door_to_files_asks_who_it_is(governed, monkeypatch, in_parts, tmp_path):
    token = governed.user("engineer")["token"]
    url = f"{governed.url}{ARTIFACTS}"
    # MLflow's two ways: a name and a password, which is the token, or the token alone.
    monkeypatch.delenv("MLFLOW_TRACKING_TOKEN", raising=False)
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", governed.user("engineer")["name"])
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", token)
    mlflow.set_tracking_uri(governed.url)
    mlflow.set_registry_uri(governed.url)
    client = mlflow.MlflowClient()
    content = os.urandom((2 << 20) + 5)
    (tmp_path / "file.bin").write_bytes(content)
    mlflow.set_experiment("doors")
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(tmp_path / "file.bin"))
    monkeypatch.delenv("MLFLOW_TRACKING_USERNAME")
    monkeypatch.delenv("MLFLOW_TRACKING_PASSWORD")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", token)
    (tmp_path / "down").mkdir()
    got = client.download_artifacts(run.info.run_id, "file.bin", str(tmp_path / "down"))
    assert pathlib.Path(got).read_bytes() == content
    file = f"{url}/artifacts/{run.info.artifact_uri.removeprefix('mlflow-artifacts:/')}/file.bin"
    doors = [
        ("GET", file), ("HEAD", file), ("PUT", file), ("DELETE", file), ("GET", f"{url}/artifacts?path=1"),
        ("GET", f"{governed.url}/get-artifact?run_id={run.info.run_id}&path=file.bin"),
        ("GET", f"{governed.url}/model-versions/get-artifact?name=m&version=1&path=file.bin"),
        ("POST", f"{url}/mpu/create/1"), ("POST", f"{url}/mpu/complete/1"), ("POST", f"{url}/mpu/abort/1"),
        ("GET", f"{url}/presigned/1/file.bin"),
        ("POST", f"{governed.url}/ajax-api/2.0/mlflow/upload-artifact?run_id={run.info.run_id}&path=x"),
    ]
    for number, (method, door) in enumerate(doors):
        # By other names each time: who keeps failing by one is answered with 429 after a while.
        for who in (None, (f"some-{number}", "wrong"), (f"any-{number}", ""), ("somebody", token[:-1])):
            answer = requests.request(method, door, auth=who, data=b"x")
            assert answer.status_code == 401, (method, door, who)
            assert answer.headers["WWW-Authenticate"] == 'Basic realm="mlflow"'
    assert requests.get(file, auth=("anybody", token)).content == content
    assert requests.get(file, headers={"Authorization": f"Bearer {token}"}).content == content
    assert requests.get(doors[5][1], auth=("anybody", token)).content == content
    # An address that says by itself who may ask is good for one file, and not for others.
    link = requests.get(f"{url}/presigned/{file.split('/artifacts/', 1)[1]}", auth=("x", token)).json()
    assert link["file_size"] == len(content)
    assert requests.get(link["url"]).content == content
    for wrong in (link["url"].replace("file.bin", "other.bin"), link["url"].replace("expires=", "expires=1"), link["url"][:-1]):
        assert requests.get(wrong).status_code == 403
    assert requests.put(link["url"], data=b"x").status_code in (401, 404)
    # Who may read and not change begins no upload, and nobody ends another's.
    made = requests.post(f"{url}/mpu/create/1", json={"path": "f", "num_parts": 1}, auth=("x", token)).json()
    auditor = governed.user("auditor")["token"]
    create = requests.post(f"{url}/mpu/create/1", json={"path": "f", "num_parts": 1}, auth=("x", auditor))
    assert create.status_code == 403
    abort = {"path": "f", "upload_id": made["upload_id"]}
    reviewer = governed.user("reviewer")["token"]
    assert requests.post(f"{url}/mpu/abort/1", json=abort, auth=("x", reviewer)).status_code == 403
    assert requests.post(f"{url}/mpu/abort/1", json=abort, auth=("x", token)).status_code == 200
    assert requests.get(f"{governed.url}/api/3.0/mlflow/server-info").status_code == 200
