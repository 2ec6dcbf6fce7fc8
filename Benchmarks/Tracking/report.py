"""Medians of the rounds, and the table."""

import statistics


class Measured:
    """What the rounds of one row measured at one server."""

    def __init__(self, row):
        self.row = row
        self.rounds: list[dict] = []
        self.problem: str | None = None

    def median(self, field: str) -> float:
        return statistics.median(result[field] for result in self.rounds)

    def value(self) -> float | None:
        """What is compared; more is better."""
        if self.problem or not self.rounds:
            return None
        value = self.median("perSecond") if self.row.shows == "rate" else self.median("p50")
        if value <= 0:
            return None
        return value if self.row.shows == "rate" else 1 / value

    def text(self) -> str:
        if self.problem:
            return self.problem
        if not self.rounds:
            return ""
        failed = sum(result["failed"] for result in self.rounds)
        done = sum(result["requests"] for result in self.rounds)
        if not done:
            return "none answered in time"
        if self.row.shows == "rate":
            text = number(self.median("perSecond"))
        else:
            text = f"{number(self.median('p50'))} / {number(self.median('p99'))}"
        return f"{text} ({failed} of {failed + done} failed)" if failed else text

    def as_json(self) -> dict:
        return {"row": self.row.title, "unit": unit(self.row), "rounds": self.rounds, "problem": self.problem}


def unit(row) -> str:
    return row.unit if row.shows == "rate" else "ms, median / 99th percentile"


def number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(rows: list, servers: list[str], measured: dict) -> str:
    """Markdown. The ratio says how many times as good the first server is: more a second, or less time."""
    first, *others = servers
    lines = [
        ["what", "unit", *servers, *(f"{first} : {other}" for other in others)],
        [":--", ":--", *("--:" for _ in servers), *("--:" for _ in others)],
    ]
    for row in rows:
        cells = [measured.get((row.title, server)) for server in servers]
        texts = [cell.text() if cell else "" for cell in cells]
        values = [cell.value() if cell else None for cell in cells]
        ratios = [f"{number(values[0] / other)} ×" if values[0] and other else "" for other in values[1:]]
        lines.append([row.title, unit(row), *texts, *ratios])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
