"""HTTP to one server, by the standard library alone."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from typing import Any, Mapping

from .errors import FeatureIssue, FeatureStoreError

PREFIX = "/api/martlet/1.0/"


class Transport:
    def __init__(self, server: str | None, token: str | None, timeout: float):
        found = server or os.environ.get("MARTLET_SERVER") or os.environ.get("MLFLOW_TRACKING_URI")
        if not found or not found.startswith(("http://", "https://")):
            raise FeatureStoreError(
                "INVALID_PARAMETER_VALUE",
                "Name a server: FeatureStoreClient('http://localhost:5000'), MARTLET_SERVER or MLFLOW_TRACKING_URI")
        self.server = found.rstrip("/")
        self._token = token or os.environ.get("MARTLET_TOKEN") or os.environ.get("MLFLOW_TRACKING_TOKEN")
        self._timeout = timeout

    def send(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Asks one request; keys that are None are left out."""
        return json.loads(self.receive(path, body)[0])

    def receive(self, path: str, body: Mapping[str, Any]) -> tuple[bytes, Mapping[str, str]]:
        """As `send`, for an answer that is a file; with its headers, by names in lower case."""
        data = json.dumps({key: value for key, value in body.items() if value is not None}).encode()
        return self._request("POST", path, data, "application/json")

    def upload(self, data: bytes) -> str:
        """Sends a file that a later request names."""
        answer, _ = self._request("PUT", "uploads", data, "application/octet-stream")
        return json.loads(answer)["upload"]

    def _request(self, method: str, path: str, data: bytes, kind: str) -> tuple[bytes, Mapping[str, str]]:
        request = urllib.request.Request(self.server + PREFIX + path, data=data, method=method)
        request.add_header("Content-Type", kind)
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as response:
                return response.read(), {key.lower(): value for key, value in response.headers.items()}
        except urllib.error.HTTPError as error:
            raise _refusal(error.code, error.read()) from None
        except urllib.error.URLError as error:
            raise FeatureStoreError("UNREACHABLE", f"{self.server} does not answer: {error.reason}") from error


def _refusal(status: int, body: bytes) -> FeatureStoreError:
    try:
        words = json.loads(body)
        issues = tuple(FeatureIssue(issue["code"], issue["message"]) for issue in words.get("issues") or ())
        return FeatureStoreError(words["error_code"], words["message"], issues, status)
    except (ValueError, KeyError, TypeError):
        return FeatureStoreError("UNEXPECTED", f"status {status}: {body[:1000]!r}", (), status)
