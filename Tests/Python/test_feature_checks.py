"""What `features verify` and `features recompute` end with, for scripts."""

import json

import pytest

import martlet_process

ROWS = """uei,n,amount,at,known
A,1,10,2024-01-01T00:00:00Z,2024-01-02T00:00:00Z
A,2,20,2024-02-01T00:00:00Z,2024-02-03T00:00:00Z
B,3,30,2024-02-01T00:00:00Z,2024-02-01T00:00:00Z
"""

VIEW = """feature_view: totals
version: 1
source: {table: risk.awards, entity: [uei], event_time: at, available_at: known, tie_break: n}
join: [uei]
features:
  total: {sum: amount, window: {lifetime: true}}
"""


@pytest.fixture
def martlet(tmp_path):
    """Runs a command on a workspace with a view."""
    workspace = tmp_path / "workspace"

    def run(*arguments, status=0):
        return martlet_process.run(*map(str, arguments), "--workspace", str(workspace), status=status)

    (tmp_path / "awards.csv").write_text(ROWS)
    (tmp_path / "view.yaml").write_text(VIEW)
    run("data", "import", "risk.awards", tmp_path / "awards.csv")
    run("features", "apply", tmp_path / "view.yaml")
    return run


def test_verify_ends_with_0_for_equal_and_2_for_nothing_compared(martlet):
    martlet("features", "verify", "totals", "--from", "2024-01-01", "--to", "2025-01-01")
    martlet("features", "verify", "totals", "--version", "1", "--from", "2024-01-01", "--to", "2025-01-01")
    martlet("features", "verify", "totals", "--from", "1999-01-01", "--to", "2000-01-01", status=2)
    martlet("features", "verify", "--from", "2024-01-01", "--to", "2025-01-01", status=64)
    martlet("features", "verify", "totals", "--model", "models:/a/1", "--from", "2024-01-01", "--to", "2025-01-01",
            status=64)


def test_recompute_ends_with_2_without_answers(martlet):
    martlet("features", "recompute", status=2)
    martlet("features", "serve", "totals")
    martlet("features", "recompute", status=2)


def test_recompute_ends_with_1_for_values_that_differ(martlet, tmp_path):
    settings = tmp_path / "workspace" / "martlet.yaml"
    settings.write_text(settings.read_text().replace("log_share: 1e-2", "log_share: 1"))
    martlet("features", "serve", "totals")
    martlet("features", "get", "totals", "--key", "uei=A")
    martlet("features", "recompute")
    (tmp_path / "other.csv").write_text(ROWS.replace(",20,", ",21,"))
    martlet("data", "import", "risk.awards", tmp_path / "other.csv", "--mode", "overwrite")
    martlet("features", "recompute", status=1)
