"""Martlet is killed while rows are pushed and written to their table: what it acknowledged counts afterwards, once.

MARTLET_TEST_SEED   the seed of the moments; printed, and told by a failure
MARTLET_TEST_KILLS  how many times, at least 10
"""

import os
import random
import threading
import time

import deltalake
import requests

import martlet_process

SEED = int(os.environ.get("MARTLET_TEST_SEED", time.time_ns() % 1_000_000))
KILLS = max(10, int(os.environ.get("MARTLET_TEST_KILLS", "10")))
KEYS = 4
API = "/api/martlet/1.0/features/"

VIEW = """
feature_view: counts
version: 1
source: {table: demo.events, entity: [key], event_time: at, available_at: seen}
join: [key]
features:
  events: {count: "*", window: {lifetime: true}}
  total: {sum: number, window: {lifetime: true}}
"""


class Pusher:
    """Pushes numbered rows of one key, and remembers which were acknowledged."""

    def __init__(self, key: int):
        self.key, self.next = f"k{key}", key * 1_000_000
        self.acknowledged: set[int] = set()
        self.refused: list[str] = []
        # What got no answer, to be sent again under its id: nobody can say whether it was taken.
        self.unanswered: dict | None = None
        self.repeated = 0

    def push(self, session: requests.Session, url: str, body: dict) -> bool:
        self.unanswered = body
        answer = session.post(url + API + "push", json=body, timeout=20)
        if answer.status_code != 200:
            self.refused.append(answer.text)
            return False
        self.repeated += answer.json().get("repeated", False)
        self.acknowledged.update(body["columns"]["number"])
        self.unanswered = None
        return True

    def push_again(self, url: str) -> None:
        """What the last server did not answer."""
        if self.unanswered:
            with requests.Session() as session:
                self.push(session, url, self.unanswered)

    def push_until_the_end(self, url: str, dice: random.Random) -> None:
        with requests.Session() as session:
            while True:
                count = dice.randint(1, 3)
                numbers = [self.next + index for index in range(count)]
                self.next += count
                columns = {"key": [self.key] * count, "number": numbers, "at": ["2024-01-01T00:00:00Z"] * count}
                body = {"source": "counts", "columns": columns, "id": f"{self.key}-{numbers[0]}"}
                try:
                    if not self.push(session, url, body):
                        return
                except requests.RequestException:
                    return


def materialize_until_the_end(url: str) -> None:
    with requests.Session() as session:
        while True:
            try:
                session.post(url + API + "materialize-online", json={"name": "counts"}, timeout=30)
            except requests.RequestException:
                return


def counts(url: str) -> dict[str, int]:
    keys = [f"k{key}" for key in range(KEYS)]
    body = {"features": ["counts:events"], "columns": {"key": keys}}
    answer = requests.post(url + API + "get-online", json=body, timeout=60)
    answer.raise_for_status()
    return dict(zip(keys, answer.json()["columns"]["events"]["values"]))


def test_pushed_rows_count_once_whenever_the_server_dies(tmp_path):
    print(f"seed {SEED}, {KILLS} kills")
    dice, workspace = random.Random(SEED), tmp_path / "workspace"
    rows = tmp_path / "events.csv"
    rows.write_text("key,number,at,seen\nk0,-1,2024-01-01T00:00:00Z,2024-01-01T00:00:00Z\n")
    view = tmp_path / "view.yaml"
    view.write_text(VIEW)
    path = martlet_process.run_json("data", "import", "demo.events", rows, "--workspace", workspace)["path"]
    martlet_process.run("features", "apply", view, "--workspace", workspace)
    martlet_process.run("features", "serve", "counts", "--workspace", workspace)
    pushers = [Pusher(key) for key in range(KEYS)]
    pushers[0].acknowledged.add(-1)

    for death in range(KILLS):
        server = martlet_process.Server(workspace)
        try:
            for pusher in pushers:
                pusher.push_again(server.url)
            found = counts(server.url)
            for pusher in pushers:
                assert found[pusher.key] == len(pusher.acknowledged), (
                    f"seed {SEED}, death {death}: {pusher.key} has {found[pusher.key]} rows, "
                    f"{len(pusher.acknowledged)} were acknowledged: {pusher.refused[:1]}"
                )
            threads = [
                threading.Thread(
                    target=pusher.push_until_the_end, args=(server.url, random.Random(dice.random())), daemon=True
                )
                for pusher in pushers
            ]
            threads.append(threading.Thread(target=materialize_until_the_end, args=(server.url,), daemon=True))
            for thread in threads:
                thread.start()
            time.sleep(dice.uniform(0.1, 1.5))
        finally:
            server.kill()
        for thread in threads:
            thread.join(30)
        refused = [words for pusher in pushers for words in pusher.refused]
        assert not refused, f"seed {SEED}, death {death}: {refused[:3]}"
        numbers = deltalake.DeltaTable(path).to_pyarrow_table().column("number").to_pylist()
        assert len(numbers) == len(set(numbers)), f"seed {SEED}, death {death}: a row is in the table twice"

    with martlet_process.Server(workspace) as server:
        for pusher in pushers:
            pusher.push_again(server.url)
        requests.post(server.url + API + "materialize-online", json={"name": "counts"}, timeout=60).raise_for_status()
        found = counts(server.url)
        check = requests.post(
            server.url + API + "verify", json={"view": "counts", "from": "2023-01-01", "to": "2100-01-01"}, timeout=120
        ).json()
    table = deltalake.DeltaTable(path).to_pyarrow_table()
    numbers = table.column("number").to_pylist()
    assert len(numbers) == len(set(numbers)), f"seed {SEED}: a row is in the table twice"
    for pusher in pushers:
        own = {number for key, number in zip(table.column("key").to_pylist(), numbers) if key == pusher.key}
        assert pusher.acknowledged == own, f"seed {SEED}: {pusher.key} lost rows, or has some that it should not"
        assert found[pusher.key] == len(own), f"seed {SEED}: memory and table differ for {pusher.key}"
    assert check["outcome"] == "passed", check
    repeated = sum(pusher.repeated for pusher in pushers)
    print(f"{len(numbers)} rows in the table; {repeated} pushes were taken without an answer and sent again")
    assert len(numbers) > KILLS
