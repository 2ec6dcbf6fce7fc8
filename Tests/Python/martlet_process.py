"""The binary under test: run a command of it, or keep its server running for a while."""

import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

import requests

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
LISTENING = re.compile(r"Martlet is listening on (https?://\S+)")


def binary() -> str:
    path = os.environ.get("MARTLET_BIN", str(CHECKOUT / ".build" / "release" / "martlet"))
    if not os.access(path, os.X_OK):
        raise RuntimeError(f"no martlet at {path}: run `make build`, or name the binary in MARTLET_BIN")
    return path


def environment(**more: str) -> dict[str, str]:
    """This process's environment less whatever would point a command at another server or user."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "MARTLET_"))}
    return {**kept, **more}


def command(*arguments: str) -> list[str]:
    return [binary(), *map(str, arguments)]


def run(*arguments: str, status: int = 0, **more: str) -> str:
    """Standard output of one command, which must end with `status`."""
    done = subprocess.run(
        command(*arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, env=environment(**more)
    )
    assert done.returncode == status, (
        f"martlet {' '.join(map(str, arguments))} ended with {done.returncode}, not {status}\n{done.stdout}\n{done.stderr}"
    )
    return done.stdout


def run_json(*arguments: str, **more: str):
    return json.loads(run(*arguments, "--json", **more))


class Server:
    """`martlet server` on a workspace and a port of its own choosing, with these further arguments and variables."""

    def __init__(
        self, workspace: pathlib.Path, token: str | None = None, arguments: tuple[str, ...] = (), verify: str | bool = True,
        **more: str,
    ):
        self.workspace, self.verify = workspace, verify
        self.output: list[str] = []
        self._url: str | None = None
        self._said = threading.Event()
        self.process = subprocess.Popen(
            command("server", "--workspace", str(workspace), "--port", "0", *arguments),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(**more),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self.url = self._wait_until_healthy(token)
        except BaseException:
            self.kill()
            raise

    def _read(self) -> None:
        for line in self.process.stdout:  # ends when the process does
            self.output.append(line)
            if self._url is None and (match := LISTENING.search(line)):
                self._url = match.group(1).rstrip("/.")
                self._said.set()
        self._said.set()

    def _wait_until_healthy(self, token: str | None, seconds: float = 30) -> str:
        deadline = time.monotonic() + seconds
        self._said.wait(seconds)
        assert self._url, f"the server did not say where it listens\n{''.join(self.output)}"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        while True:
            try:
                if requests.get(f"{self._url}/health", headers=headers, timeout=5, verify=self.verify).status_code == 200:
                    return self._url
            except requests.ConnectionError:
                pass
            assert time.monotonic() < deadline, f"/health is not well after {seconds} s\n{''.join(self.output)}"
            assert self.process.poll() is None, f"the server ended\n{''.join(self.output)}"
            time.sleep(0.02)

    def stop(self) -> None:
        """Ask it to stop, as an operator does; it must end by itself, and well."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not stop within 30 s of SIGTERM\n{''.join(self.output[-50:])}") from None
        self._reader.join(5)
        assert status == 0, f"the server ended with {status} after SIGTERM\n{''.join(self.output[-50:])}"

    def kill(self) -> None:
        """Take it away without a word (SIGKILL)."""
        self.process.kill()
        self.process.wait(30)
        self._reader.join(5)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, kind, *_) -> None:
        if self.process.poll() is not None:
            assert kind is not None, f"the server ended by itself\n{''.join(self.output[-50:])}"
        elif kind is None:
            self.stop()
        else:
            self.kill()
