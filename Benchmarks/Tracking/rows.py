"""What is measured, row by row."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    title: str
    # The kind of load and its options: what `martlet-benchmarks load` takes.
    load: tuple[str, ...]
    # What stands in the table: a rate (more is better) or the median and 99th percentile of times (less is better).
    shows: str = "rate"
    unit: str = "requests/s"
    # Stop after so many requests a client, at the latest (else: after the seconds of a round).
    requests: int | None = None
    # Seconds of a round, if not the usual.
    seconds: float | None = None

    @property
    def kind(self) -> str:
        return self.load[0]


def fresh_rows(megabytes: int) -> list[Row]:
    """On a store that was empty at the beginning."""
    files = ("--megabytes", str(megabytes))
    return [
        *(
            Row(f"log-metric, {clients} client{'s' * (clients > 1)}", ("log-metric", "--clients", str(clients)))
            for clients in (1, 16, 64)
        ),
        *(
            Row(
                f"log-batch of {batch:,} metrics, {clients} client{'s' * (clients > 1)}",
                ("log-batch", "--batch", str(batch), "--clients", str(clients)),
                unit="metrics/s",
            )
            for batch in (10, 1000)
            for clients in (1, 16)
        ),
        Row("create run, 1 client", ("create-run",)),
        Row("create run, 16 clients", ("create-run", "--clients", "16")),
        Row("create model version, 1 client", ("create-version",)),
        Row("transition stage, 1 client", ("transition",)),
        Row(f"artifact of {megabytes} MiB up", ("upload", *files), unit="MiB/s", requests=2, seconds=60),
        Row(f"artifact of {megabytes} MiB down", ("download", *files), unit="MiB/s", requests=2, seconds=60),
    ]


def history_row(points: int) -> Row:
    return Row(
        f"get-history of {points:,} points", ("history", "--points", str(points)), shows="times", requests=5, seconds=20
    )


def seeded_rows(runs: int) -> list[Row]:
    """On a store of so many runs of ten metrics and ten params."""
    return [
        Row(
            f"runs/search among {runs:,} runs", ("search", "--runs", str(runs)), shows="times", requests=200, seconds=6
        ),
        Row(f"get run among {runs:,} runs, 1 client", ("get-run",)),
        Row(f"get run among {runs:,} runs, 16 clients", ("get-run", "--clients", "16")),
    ]
