"""Martlet is killed at random moments, again and again: what it acknowledged is there afterwards.

MARTLET_TEST_SEED   the seed of the moments; printed, and told by a failure
MARTLET_TEST_KILLS  how many times, at least 20
"""

import os
import pathlib
import random
import subprocess
import threading
import time

import deltalake
import requests

import martlet_process

SEED = int(os.environ.get("MARTLET_TEST_SEED", time.time_ns() % 1_000_000))
KILLS = max(20, int(os.environ.get("MARTLET_TEST_KILLS", "20")))
WRITERS = 8


class Writer:
    """A client with a run of its own. It remembers what was acknowledged, and nothing else."""

    def __init__(self, number: int):
        self.number, self.run_id = number, ""
        self.metrics: list[tuple[int, float]] = []
        self.params: dict[str, str] = {}
        self.refused: list[str] = []
        self.step = 0

    def create_run(self, url: str) -> None:
        body = {"experiment_id": "0", "run_name": f"writer {self.number}", "start_time": 1}
        answer = requests.post(f"{url}/api/2.0/mlflow/runs/create", json=body, timeout=10)
        answer.raise_for_status()
        self.run_id = answer.json()["run"]["info"]["run_id"]

    def write_until_the_end(self, url: str) -> None:
        """One metric after the other, each fourth time a param too, until the server is gone."""
        with requests.Session() as session:
            while True:
                self.step += 1
                step, value = self.step, self.number + self.step / 1024
                metric = {"run_id": self.run_id, "key": "m", "value": value, "timestamp": step, "step": step}
                if not self._post(session, f"{url}/api/2.0/mlflow/runs/log-metric", metric):
                    return
                self.metrics.append((step, value))
                if step % 4 == 0:
                    param = {"run_id": self.run_id, "key": f"p{step}", "value": str(value)}
                    if not self._post(session, f"{url}/api/2.0/mlflow/runs/log-parameter", param):
                        return
                    self.params[f"p{step}"] = str(value)

    def _post(self, session: requests.Session, url: str, body: dict) -> bool:
        try:
            answer = session.post(url, json=body, timeout=10)
        except requests.RequestException:
            return False  # not acknowledged: it may be there or not
        if answer.status_code != 200:
            self.refused.append(f"{answer.status_code} {answer.text}")
            return False
        return True

    def check(self, url: str) -> None:
        """Everything acknowledged is there, as it was sent."""
        found: list[tuple[int, float]] = []
        token = ""
        while True:
            query = {"run_id": self.run_id, "metric_key": "m", "max_results": "25000", "page_token": token}
            answer = requests.get(f"{url}/api/2.0/mlflow/metrics/get-history", params=query, timeout=30)
            answer.raise_for_status()
            found += [(int(point.get("step", 0)), point["value"]) for point in answer.json().get("metrics", [])]
            token = answer.json().get("next_page_token", "")
            if not token:
                break
        lost = set(self.metrics) - set(found)
        assert not lost, f"{self} lost {len(lost)} of {len(self.metrics)} acknowledged metrics: {sorted(lost)[:5]}"
        assert len(found) == len(set(found)), f"{self} has a metric twice"
        answer = requests.get(f"{url}/api/2.0/mlflow/runs/get", params={"run_id": self.run_id}, timeout=30)
        answer.raise_for_status()
        params = {param["key"]: param["value"] for param in answer.json()["run"]["data"].get("params", [])}
        assert self.params.items() <= params.items(), f"{self} lost params"

    def __repr__(self) -> str:
        return f"writer {self.number} (seed {SEED})"


def audit_size(workspace: pathlib.Path) -> int:
    verdict = martlet_process.run_json("audit", "verify", "--workspace", workspace)
    assert verdict["ok"] is True, f"seed {SEED}: {verdict}"
    return verdict["size"]


def test_what_the_server_acknowledged_survives_its_death(tmp_path):
    print(f"seed {SEED}, {KILLS} kills")
    dice, workspace = random.Random(SEED), tmp_path / "workspace"
    writers = [Writer(number) for number in range(WRITERS)]
    with martlet_process.Server(workspace) as server:
        for writer in writers:
            writer.create_run(server.url)
    size = audit_size(workspace)

    for death in range(KILLS):
        server = martlet_process.Server(workspace)
        try:
            for writer in writers:
                writer.check(server.url)
            threads = [threading.Thread(target=w.write_until_the_end, args=(server.url,), daemon=True) for w in writers]
            for thread in threads:
                thread.start()
            time.sleep(dice.uniform(0.05, 0.6))
        finally:
            server.kill()
        for thread in threads:
            thread.join(20)
        refused = [words for writer in writers for words in writer.refused]
        assert not refused, f"seed {SEED}, death {death}: {refused[:3]}"
        # Every other time the audit is the first to open what the dead server left, otherwise the next server is.
        if death % 2:
            size, before = audit_size(workspace), size
            assert size >= before, f"seed {SEED}, death {death}: the log shrank from {before} to {size} entries"

    with martlet_process.Server(workspace) as server:
        for writer in writers:
            writer.check(server.url)
    metrics, params = (sum(len(getattr(writer, kind)) for writer in writers) for kind in ("metrics", "params"))
    print(f"{metrics} metrics and {params} params acknowledged; {audit_size(workspace)} audit entries")
    assert metrics > KILLS * WRITERS, f"too little was written to mean anything: {metrics} metrics"


def test_an_import_that_is_killed_leaves_whole_versions(tmp_path):
    print(f"seed {SEED}, {KILLS} kills")
    dice, workspace = random.Random(SEED + 1), tmp_path / "workspace"
    rows = 20_000
    batch = tmp_path / "batch.csv"
    batch.write_text("number,word\n" + "".join(f"{number},word {number}\n" for number in range(rows)))
    started = time.monotonic()
    path = martlet_process.run_json("data", "import", "demo.numbers", batch, "--workspace", workspace)["path"]
    usual = time.monotonic() - started
    acknowledged = 1

    for death in range(KILLS):
        process = subprocess.Popen(
            martlet_process.command("data", "import", "demo.numbers", batch, "--workspace", workspace, "--mode", "append", "--json"),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=martlet_process.environment(),
        )
        time.sleep(dice.uniform(0, 1.2) * usual)
        process.kill()
        said, _ = process.communicate(timeout=30)
        acknowledged += process.returncode == 0
        assert process.returncode in (0, -9), f"seed {SEED}, death {death}: {said.decode()}"

        table = deltalake.DeltaTable(path)
        versions, height = table.version() + 1, table.to_pyarrow_dataset().count_rows()
        assert height == versions * rows, f"seed {SEED}, death {death}: {height} rows in {versions} versions"
        assert versions >= acknowledged, f"seed {SEED}, death {death}: {versions} versions, {acknowledged} acknowledged"
        assert versions <= death + 2
        acknowledged = versions  # a version that stands must go on standing, whoever heard of it
    audit_size(workspace)

    last = martlet_process.run_json("data", "import", "demo.numbers", batch, "--workspace", workspace, "--mode", "append")
    assert last["version"] == acknowledged
    print(f"{acknowledged} versions stood after {KILLS} kills")
