"""The golden point-in-time cases, through the command line: in a batch, and replayed through the serving path."""

import pathlib
import subprocess
import sys

import pytest

import martlet_process

COLLECTION = pathlib.Path(__file__).parents[1] / "Golden" / "point-in-time"
BATCH = f"{martlet_process.binary()} features training-set --spec {{spec}} --spine {{spine}} --out {{out}}"
REPLAY = f"{martlet_process.binary()} features replay --spec {{spec}} --requests {{spine}} --out {{out}}"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--errors", "code", "--template", BATCH],
        ["--errors", "code", "--format", "csv", "--template", BATCH],
        ["--replay", REPLAY],
    ],
    ids=["batch", "batch-csv", "replay"],
)
def test_every_golden_case_is_answered_as_recorded(arguments):
    checked = subprocess.run(
        [sys.executable, "-B", COLLECTION / "check_pit.py", "-q", *arguments], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
