#!/usr/bin/env python3
"""Martlet beside `mlflow server` and FastTrackML: the same client, the same machine, SQLite each, in one run.

    make benchmark                      or, after `make build` and a build of martlet-benchmarks:
    Benchmarks/Tracking/run.py          all rows, 10,000 and 100,000 runs
    Benchmarks/Tracking/run.py --quick  fewer and shorter rounds, 10,000 runs: to see that it works

One server runs at a time. Every answer's status is checked, and the content of many; a wrong answer is shown instead of a
figure, and makes the run fail when it is Martlet's.
"""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

from report import Measured, number, table
from rows import Row, fresh_rows, history_row, seeded_rows
from servers import FastTrackML, FastTrackMLAsDelivered, Martlet, MLflow, Server

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
RELEASE = CHECKOUT / ".build" / "release"
POINTS = 100_000
# The server that keeps less than it acknowledges is shown where that matters.
WRITES = ("log-metric", "log-batch", "create-run")


def main() -> int:
    options = arguments()
    kinds = available(options)
    folder = pathlib.Path(tempfile.mkdtemp(prefix=".martlet-benchmarks-", dir=options.folder))
    bench = Benchmark(options, kinds, folder)
    begin = time.monotonic()
    try:
        bench.print_head()
        bench.measure_fresh()
        for runs in options.runs:
            bench.measure_seeded(runs, kinds)
        if options.million:
            bench.measure_seeded(1_000_000, [Martlet])
    except KeyboardInterrupt:
        print("stopped; what was measured until here:", file=sys.stderr)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    bench.print_tables()
    bench.write_json(time.monotonic() - begin)
    print(f"\nThis took {(time.monotonic() - begin) / 60:.1f} minutes. All rounds: {options.json}")
    return 1 if bench.martlet_failed else 0


def arguments():
    parser = argparse.ArgumentParser(description="Martlet beside mlflow server and FastTrackML.")
    parser.add_argument("--martlet", default=str(RELEASE / "martlet"), help="the program martlet")
    parser.add_argument("--load", default=str(RELEASE / "martlet-benchmarks"), help="the program martlet-benchmarks")
    parser.add_argument("--mlflow", help="the program mlflow (default: of .venv, else of PATH); 'none' leaves it out")
    parser.add_argument("--fasttrackml", help="the program fml (default: of PATH); 'none' leaves it out")
    parser.add_argument("--mlflow-workers", type=int, default=MLflow.workers, help="worker processes of mlflow server")
    parser.add_argument("--rounds", type=int, help="rounds; the median is shown (default 3, quick 1)")
    parser.add_argument("--seconds", type=float, help="seconds of a round (default 2, quick 1)")
    parser.add_argument("--runs", type=int, nargs="*", help="sizes of seeded stores (default 10000 100000)")
    parser.add_argument("--million", action="store_true", help="Martlet with 1,000,000 runs, too")
    parser.add_argument("--megabytes", type=int, help="size of the artifact (default 256, quick 64)")
    parser.add_argument("--only", nargs="*", help="kinds of load to measure (default: all)")
    parser.add_argument("--folder", default=str(CHECKOUT), help="where stores are made: the disk that is measured")
    parser.add_argument("--json", default=str(CHECKOUT / ".build" / "tracking-benchmark.json"), help="where results go")
    parser.add_argument("--quick", action="store_true", help="see that it works")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.seconds = options.seconds or (1.0 if options.quick else 2.0)
    options.megabytes = options.megabytes or (64 if options.quick else 256)
    if options.runs is None:
        options.runs = [10_000] if options.quick else [10_000, 100_000]
    return options


def available(options) -> list[type[Server]]:
    """The servers that are there. Says how to get the others."""
    for program, target in ((options.martlet, "build"), (options.load, "benchmark")):
        if not os.access(program, os.X_OK):
            sys.exit(f"{program} is not there: make {target}")
    Martlet.binary = options.martlet
    kinds: list[type[Server]] = [Martlet]
    own = CHECKOUT / ".venv" / "bin" / "mlflow"
    MLflow.binary = options.mlflow or (str(own) if own.exists() else shutil.which("mlflow") or "")
    MLflow.workers = options.mlflow_workers
    FastTrackML.binary = options.fasttrackml or os.environ.get("FASTTRACKML") or shutil.which("fml") or ""
    for kind, how in (
        (MLflow, "pip install mlflow==3.18.0 in an environment, then --mlflow ENVIRONMENT/bin/mlflow"),
        (FastTrackML, "pip install --no-deps fasttrackml==0.6.0 in an environment, then --fasttrackml ENVIRONMENT/bin/fml"),
    ):
        if kind.binary == "none":
            continue
        if not os.access(kind.binary, os.X_OK):
            print(f"{kind.name} is not installed and is left out. To have it beside: {how}", file=sys.stderr)
            continue
        kinds += [FastTrackML, FastTrackMLAsDelivered] if kind is FastTrackML else [kind]
    return kinds


class Benchmark:
    def __init__(self, options, kinds, folder):
        (self.options, self.kinds, self.folder) = (options, kinds, folder)
        self.rows: list[Row] = []
        self.measured: dict[tuple[str, str], Measured] = {}
        # Start-up times and memory: (what, server) to a list of values.
        self.figures: dict[tuple[str, str], list[float]] = {}
        self.seeding: list[str] = []
        self.martlet_failed = False

    # What is measured

    def measure_fresh(self):
        """On a store that is empty at the beginning, another one each round."""
        rows = [row for row in fresh_rows(self.options.megabytes) if self.is_wanted(row)]
        history = history_row(POINTS)
        for kind, number_of_round in self.turns(self.kinds):
            server = kind(self.folder / f"fresh-{number_of_round}" / kind.__name__)
            with self.running(server, "start-up, fresh folder"):
                self.note_memory(server, "memory, idle")
                for row in rows:
                    self.measure(row, server)
                if self.is_wanted(history) and self.is_shown(history, kind):
                    seeded = self.load(server, ["seed-history", "--points", str(POINTS)])
                    self.measure(history, server, ["--run", seeded.get("run", "")])
                self.note_memory(server, "memory, after the rows above")
            server.remove()

    def measure_seeded(self, runs: int, kinds):
        """On a store of so many runs, the same each round."""
        rows = [row for row in seeded_rows(runs) if self.is_wanted(row)]
        if not rows:
            return
        kinds = [kind for kind in kinds if kind is not FastTrackMLAsDelivered]
        servers = {kind: kind(self.folder / f"seeded-{runs}" / kind.__name__) for kind in kinds}
        experiments = {}
        for kind, server in servers.items():
            begin = time.monotonic()
            experiments[kind] = self.seed(server, runs)
            self.seeding.append(f"{server.name}: {runs:,} runs in {time.monotonic() - begin:.0f} s")
            print(f"  seeded {self.seeding[-1]}", file=sys.stderr)
        for kind, _ in self.turns(kinds):
            server = servers[kind]
            with self.running(server, f"start-up with {runs:,} runs"):
                for row in rows:
                    self.measure(row, server, ["--experiment", experiments[kind]])
                self.note_memory(server, f"memory, {runs:,} runs, after the searches")
        for server in servers.values():
            server.remove()

    def seed(self, server: Server, runs: int) -> str:
        """Fills a fresh store. Gives the experiment's id."""
        with self.running(server):
            pass  # It makes its tables.
        return server.seed(server.database, runs).write()

    # How

    def turns(self, kinds):
        """Each server each round; another one begins each time, so that none always comes after the same neighbour."""
        for number_of_round in range(self.options.rounds):
            shift = number_of_round % len(kinds)
            for kind in kinds[shift:] + kinds[:shift]:
                yield kind, number_of_round

    @contextlib.contextmanager
    def running(self, server: Server, start_up: str | None = None):
        """One server at a time, so that idle ones take nothing of the processor."""
        seconds = server.start()
        if start_up:
            self.figure(start_up, server, seconds)
        try:
            server.settle()
            yield
        finally:
            server.stop()

    def is_shown(self, row: Row, kind: type[Server]) -> bool:
        return kind is not FastTrackMLAsDelivered or row.kind in WRITES

    def measure(self, row: Row, server: Server, extra=()):
        if row not in self.rows:
            self.rows.append(row)
        if not self.is_shown(row, type(server)):
            return
        measured = self.measured.setdefault((row.title, server.name), Measured(row))
        if row.kind in server.lacks:
            measured.problem = "has none"
        if measured.problem:
            return
        command = [*row.load, *extra, "--seconds", str(row.seconds or self.options.seconds)]
        if row.requests:
            command += ["--requests", str(row.requests)]
        before = server.processor_seconds()
        result = self.load(server, command)
        if "error" in result:
            measured.problem = "fails: " + result["error"][:120].replace("|", "/").replace("\n", " ")
            print(f"  {server.name}: {row.title}: {result['error']}", file=sys.stderr)
            self.martlet_failed = self.martlet_failed or isinstance(server, Martlet)
            return
        result["serverCPU"] = server.processor_seconds() - before
        if isinstance(server, Martlet) and result["failed"]:
            self.martlet_failed = True
        measured.rounds.append(result)
        shown = result["perSecond"] if row.shows == "rate" else result["p50"]
        print(f"  {server.name}: {row.title}: {number(shown)}", file=sys.stderr)

    def load(self, server: Server, command, patience=300) -> dict:
        """Runs the measuring program once. Gives what it printed, or an `error`."""
        try:
            done = subprocess.run(
                [self.options.load, "load", *command, "--server", server.url],
                capture_output=True, text=True, timeout=patience, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"error": f"not done after {patience} s"}
        if done.returncode != 0:
            return {"error": done.stderr.strip().removeprefix("Error: ")}
        return json.loads(done.stdout)

    def is_wanted(self, row: Row) -> bool:
        return not self.options.only or row.kind in self.options.only

    def figure(self, what: str, server: Server, value: float):
        self.figures.setdefault((what, server.name), []).append(value)

    def note_memory(self, server: Server, what: str):
        memory = server.memory()
        self.figure(f"{what}, MiB resident", server, memory["rss"])
        self.figure(f"{what}, MiB with shared pages once", server, memory["pss"])

    # What is printed

    def print_head(self):
        self.machine = {
            "cores": os.cpu_count(),
            "processor": processor(),
            "system": f"{platform.system()} {platform.release()}",
            "fsyncs": round(fsyncs_per_second(self.folder)),
        }
        print(
            f"{self.machine['cores']} processor cores ({self.machine['processor']}), {self.machine['system']}; the disk "
            f"alone: {self.machine['fsyncs']:,} writes of 4 KiB with fsync a second\n"
        )
        for kind in self.kinds:
            print(f"- {kind.name} {kind(self.folder / 'version').version()}: {kind.settings}")
        print(flush=True)

    def print_tables(self):
        names = [kind.name for kind in self.kinds]
        print(f"\nMedians of {self.options.rounds} round(s) of {self.options.seconds:g} s, servers in turn.\n")
        print(table(self.rows, names, self.measured))
        whats = list(dict.fromkeys(what for what, _ in self.figures))
        print("\n| " + " | ".join(["start-up in s, memory in MiB", *names]) + " |")
        print("| :-- |" + " --: |" * len(names))
        for what in whats:
            values = [sorted(self.figures.get((what, name), [])) for name in names]
            cells = [number(value[len(value) // 2]) if value else "" for value in values]
            print(f"| {what} | " + " | ".join(cells) + " |")

    def write_json(self, seconds):
        results = [
            {"server": server, **measured.as_json()} for (_, server), measured in self.measured.items()
        ]
        figures = [{"server": server, "what": what, "values": values} for (what, server), values in self.figures.items()]
        document = {
            "machine": self.machine, "seconds": seconds, "rounds": self.options.rounds, "results": results,
            "figures": figures, "seeding": self.seeding,
            "settings": {kind.name: kind.settings for kind in self.kinds},
        }  # fmt: skip
        path = pathlib.Path(self.options.json)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=1) + "\n")


def processor() -> str:
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


def fsyncs_per_second(folder: pathlib.Path) -> float:
    page, count = bytes(4096), 0
    file = os.open(folder / "fsyncs", os.O_WRONLY | os.O_CREAT)
    begin = time.monotonic()
    while time.monotonic() - begin < 1:
        os.write(file, page)
        os.fsync(file)
        count += 1
    os.close(file)
    return count / (time.monotonic() - begin)


if __name__ == "__main__":
    sys.exit(main())
