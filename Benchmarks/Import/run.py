#!/usr/bin/env python3
"""Import of a large CSV file by `martlet data import`, beside DuckDB's own COPY of the same file to Parquet.

    Benchmarks/Import/run.py --duckdb-python PYTHON [--martlet BINARY] [--rows 11500000] [--rounds 3] [--file FILE]

PYTHON has the package `duckdb`, of the version that Martlet loads. Each program runs in a process of its own, in turns,
with as many threads and as much memory as Martlet's engine has. What they write is removed at the end.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]

ROWS = """
COPY (SELECT i AS id, 'customer-' || (hash(i) % 1000000) AS customer, (hash(i * 7) % 100000) / 100.0 AS amount,
    TIMESTAMP '2024-01-01' + INTERVAL (i % 31536000) SECOND AS "at",
    ['open', 'closed', 'pending', 'failed'][1 + (hash(i * 3) % 4)::INT] AS status, (hash(i * 11) % 1000)::INT AS quantity,
    (hash(i * 29) % 1000003) / 7.0 AS score, DATE '2020-01-01' + (hash(i * 13) % 1800)::INT AS "day",
    hash(i * 17) % 2 = 0 AS flag, CASE WHEN hash(i * 19) % 10 <> 0 THEN 'note ' || (hash(i * 23) % 5000) END AS note
  FROM range({rows}) t(i)) TO '{file}' (HEADER)
"""

DUCKDB = {
    "COPY to Parquet": "COPY (SELECT * FROM read_csv('{file}')) TO '{folder}/copy.parquet' (FORMAT parquet)",
    "COPY to Parquet, zstd": "COPY (SELECT * FROM read_csv('{file}')) TO '{folder}/copy.parquet' (FORMAT parquet, COMPRESSION zstd)",
    "CREATE TABLE AS in memory": "CREATE TABLE t AS SELECT * FROM read_csv('{file}')",
}


def measured(command, **environment):
    """Seconds on the clock, seconds of the processors, and the most memory in MB that one command took."""
    start = time.monotonic()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **environment},
    )
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command}\n{errors}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--martlet", default=CHECKOUT / ".build/release/martlet")
    options.add_argument("--duckdb-python", required=True)
    options.add_argument("--rows", type=int, default=11_500_000, help="1.2 GB")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--file", help="a CSV file to import in place of one that is made")
    chosen = options.parse_args()

    def duckdb(sql):
        settings = f"SET threads = {os.cpu_count()}; SET enable_progress_bar = false; "
        return [chosen.duckdb_python, "-c", f"import duckdb; duckdb.connect().execute({settings + sql!r})"]

    folder = pathlib.Path(tempfile.mkdtemp(prefix="martlet-import-", dir=CHECKOUT))
    try:
        file = pathlib.Path(chosen.file or folder / "rows.csv").resolve()
        if not chosen.file:
            subprocess.run(duckdb(ROWS.format(rows=chosen.rows, file=file)), check=True)
        with open(file, "rb") as content:  # into the page cache, for all alike, and not into the memory of who measures
            while content.read(1 << 20):
                pass
        results = {}
        for _ in range(chosen.rounds):
            for name, sql in DUCKDB.items():
                found = measured(duckdb(sql.format(file=file, folder=folder)))
                results.setdefault("DuckDB: " + name, []).append(found)
                (folder / "copy.parquet").unlink(missing_ok=True)
            command = [str(chosen.martlet), "data", "import", "bench.rows", str(file), "--workspace", str(folder / "workspace")]
            results.setdefault("martlet data import", []).append(measured(command))
            shutil.rmtree(folder / "workspace")
        gigabytes = file.stat().st_size / 1e9
        base = statistics.median(seconds for seconds, _, _ in results["DuckDB: COPY to Parquet"])
        print(f"{gigabytes:.2f} GB, {os.cpu_count()} processors, medians of {chosen.rounds} rounds\n")
        print("| what | s | of the processors, s | memory, MB | speed : COPY to Parquet |\n| :-- | --: | --: | --: | --: |")
        for name, rounds in results.items():
            seconds, processors, memory = (statistics.median(column) for column in zip(*rounds))
            print(f"| {name} | {seconds:.1f} | {processors:.1f} | {memory:,.0f} | {base / seconds:.2f} × |")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
