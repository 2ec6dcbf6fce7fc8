"""The servers that are measured: how each is started on a fresh folder, with SQLite, and what it promises."""

import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

from seeding import FastTrackMLSeed, MartletSeed, MLflowSeed, Seed


class Server:
    """A server in a folder of its own. Start and stop it as often as you like."""

    name = ""
    settings = ""
    # What it does not have; those rows say so.
    lacks: frozenset = frozenset()
    seed: type[Seed] = Seed

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def start(self) -> float:
        """Starts it, and waits for its first answer. Gives the seconds that took."""
        self.port = free_port()
        log = open(self.folder / "server.log", "ab")
        begin = time.monotonic()
        self.process = subprocess.Popen(
            self.command(), cwd=self.folder, env=self.environment(), stdout=log, stderr=log, start_new_session=True
        )
        log.close()
        while True:
            if self.process.poll() is not None or time.monotonic() - begin > 120:
                self.stop()
                raise RuntimeError(f"{self.name} did not start; see {self.folder / 'server.log'}")
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return time.monotonic() - begin
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.002)

    def settle(self) -> None:
        """Waits until it rests: what it still starts after its first answer is no part of what is measured then."""
        end = time.monotonic() + 60
        before = self.processor_seconds()
        while time.monotonic() < end:
            time.sleep(1)
            after = self.processor_seconds()
            if after - before < 0.1:
                return
            before = after

    def stop(self) -> None:
        if self.process is None:
            return
        # The whole session: a server may have started workers that started workers.
        for number, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(patience)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        self.process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def memory(self) -> dict[str, float]:
        """In MiB, of the process and all that it started: resident, and resident with shared pages counted once."""
        resident = shared_once = 0
        for process in tree(self.process.pid):
            try:
                for line in pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Rss:"):
                        resident += int(line.split()[1])
                    elif line.startswith("Pss:"):
                        shared_once += int(line.split()[1])
            except OSError:
                pass
        return {"rss": resident / 1024, "pss": shared_once / 1024}

    def processor_seconds(self) -> float:
        """Of the process and all that it started and that still runs."""
        ticks = 0
        for process in tree(self.process.pid):
            try:
                fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
            except OSError:
                pass
        return ticks / os.sysconf("SC_CLK_TCK")

    def version(self) -> str:
        raise NotImplementedError


class Martlet(Server):
    name = "Martlet"
    settings = (
        "SQLite in WAL mode, synchronous=FULL: an fsync before every answer of success, shared by those who wait together; "
        "an entry in the signed audit log for every write"
    )
    binary = ""
    seed = MartletSeed

    @property
    def database(self) -> pathlib.Path:
        return self.folder / "workspace" / "metadata.sqlite"

    def command(self):
        return [
            self.binary, "server", "--workspace", str(self.folder / "workspace"), "--port", str(self.port),
            "--log-level", "warning",
        ]  # fmt: skip

    def version(self):
        return run_text([self.binary, "--version"])


class MLflow(Server):
    name = "MLflow"
    settings = (
        "`mlflow server` as delivered (4 workers, jobs on), SQLite with a rollback journal, synchronous=FULL: fsyncs "
        "before every answer of success"
    )
    binary = ""
    seed = MLflowSeed
    workers = 4

    @property
    def database(self) -> pathlib.Path:
        return self.folder / "mlflow.db"

    def command(self):
        return [
            self.binary, "server", "--backend-store-uri", f"sqlite:///{self.database}", "--artifacts-destination",
            str(self.folder / "artifacts"), "--host", "127.0.0.1", "--port", str(self.port), "--workers",
            str(self.workers), "--uvicorn-opts", "--log-level warning",
        ]  # fmt: skip

    def environment(self):
        return dict(os.environ, MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", PYTHONWARNINGS="ignore")

    def version(self):
        return run_text([self.binary, "--version"]).rpartition(" ")[2]


class FastTrackML(Server):
    name = "FastTrackML"
    settings = "SQLite in WAL mode, `?_synchronous=FULL` in the database's URI: an fsync before every answer of success"
    lacks = frozenset({"create-version", "transition", "upload", "download"})
    binary = ""
    seed = FastTrackMLSeed
    options = "?_synchronous=FULL"

    @property
    def database(self) -> pathlib.Path:
        return self.folder / "fasttrackml.db"

    def command(self):
        return [
            self.binary, "server", "--database-uri", f"sqlite://{self.database}{self.options}",
            "--default-artifact-root", str(self.folder / "artifacts"), "--listen-address", f"127.0.0.1:{self.port}",
            "--log-level", "error",
        ]  # fmt: skip

    def version(self):
        return run_text([self.binary, "--version"]).rpartition(" ")[2]


class FastTrackMLAsDelivered(FastTrackML):
    name = "FastTrackML, not durable"
    settings = (
        "as delivered: SQLite in WAL mode, synchronous=NORMAL: no fsync before an answer; a power cut loses what was "
        "acknowledged since the last checkpoint"
    )
    options = ""


def tree(process: int) -> list[int]:
    """A process and its descendants."""
    found = [process]
    try:
        for thread in os.listdir(f"/proc/{process}/task"):
            for child in pathlib.Path(f"/proc/{process}/task/{thread}/children").read_text().split():
                found += tree(int(child))
    except OSError:
        pass
    return found


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run_text(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

