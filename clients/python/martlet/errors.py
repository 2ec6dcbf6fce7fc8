"""What a server says no to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FeatureIssue:
    """One thing that is wrong with a declaration or with rows: `code` is a word that scripts can rely on."""

    code: str
    message: str


class FeatureStoreError(ValueError):
    """A refusal. `code` is the server's word for its kind; `issues` lists every problem with features, if it is about them."""

    def __init__(self, code: str, message: str, issues: tuple[FeatureIssue, ...] = (), status: int | None = None):
        super().__init__(message)
        self.code, self.message, self.issues, self.status = code, message, issues, status

    @property
    def codes(self) -> list[str]:
        """The codes of all issues, in order."""
        return [issue.code for issue in self.issues]
