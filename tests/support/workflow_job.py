"""Runs the steps of a GitHub workflow's only job as they are written, as its runner would."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"


@dataclass
class Job:
    """A job in a folder, after some of its steps.

    Attributes:
        file: The workflow.
        folder: The checkout.
        values: Of the expressions that the workflow uses; a step's outputs are added to them.
        environment: All that a step sees besides what the workflow says.
    """

    file: Path
    folder: Path
    values: dict[str, str]
    environment: Mapping[str, str]
    summary: str = ""
    steps: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.workflow = yaml.safe_load(self.file.read_text(encoding="utf-8"))
        (self.job,) = self.workflow["jobs"].values()
        self.steps = self.job["steps"]

    def step(self, name: str) -> dict[str, Any]:
        (only,) = (step for step in self.steps if step.get("name") == name)
        return only

    def is_run(self, step: dict[str, Any]) -> bool:
        """Whether a step is run; an expression without a value is an error."""
        return "if" not in step or self.values[step["if"]] == "true"

    def run(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run a step by the runner's default shell, and keep its outputs and its summary."""
        step = self.step(name)
        output, summary = self.folder.parent / "output", self.folder.parent / "summary"
        output.write_text("")
        summary.write_text("")
        added = {**self.workflow.get("env", {}), **step.get("env", {})}
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]],
            cwd=self.folder,
            env={
                **self.environment,
                **{key: self._filled(str(value)) for key, value in added.items()},
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        for line in output.read_text().splitlines():
            key, _, value = line.partition("=")
            self.values[f"steps.{step['id']}.outputs.{key}"] = value
        self.summary += summary.read_text()
        return done

    def _filled(self, text: str) -> str:
        return EXPRESSION.sub(lambda match: self.values[match[1]], text)


def runner_environment(home: Path, *folders: Path) -> dict[str, str]:
    """What the steps see: these folders of programs first, and nothing of this process's own."""
    path = os.pathsep.join([*map(str, folders), os.environ["PATH"]])
    cache = os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))  # noqa: PTH111
    return {"PATH": path, "HOME": str(home), "XDG_CACHE_HOME": cache, "COLUMNS": "200"}
