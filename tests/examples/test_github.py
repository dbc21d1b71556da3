"""The workflows: checked by tools for workflows, and run with pip's own installation and ``gh``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import github_server
import pull_request
import pytest
from workflow_job import Job, runner_environment

ROOT = Path(__file__).parents[2]
TOOLS = os.environ.get("EXAMPLES_TOOLS", "")
MULTITOOL = os.environ.get("EXAMPLES_SARIF_MULTITOOL") or shutil.which("sarif-multitool")
WORKFLOWS = sorted(str(one) for one in (ROOT / "examples").rglob("*.yml"))
MARKER = "<!-- featurestore diff -->"
BOT = {"login": "github-actions[bot]"}

pytestmark = pytest.mark.skipif(not TOOLS, reason="tools for workflows: make test-examples")


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_workflows_fit_the_schema_and_have_no_known_weakness(tmp_path: Path) -> None:
    assert len(WORKFLOWS) == 3
    run(f"{TOOLS}/check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
    # Versions are enough for an example: hashes are for the repository that copies it.
    config = tmp_path / "zizmor.yml"
    config.write_text('rules: {unpinned-uses: {config: {policies: {"*": ref-pin}}}}\n')
    run(f"{TOOLS}/zizmor", "--offline", "--no-progress", "--config", str(config), *WORKFLOWS)


@pytest.mark.skipif(not shutil.which("gh"), reason="gh is not installed")
def test_the_whole_job_runs_as_it_is_written(tmp_path: Path) -> None:
    clone = pull_request.clone(ROOT, tmp_path / "clone")
    pull_request.change(clone, "AVG(court_minutes_tenths) / 5 AS minutes_avg_last_10")
    run(sys.executable, "-m", "venv", str(tmp_path / "venv"))
    # As on a runner, where setup-python has put its own programs first.
    environment = runner_environment(tmp_path, tmp_path / "venv/bin")
    environment |= {key: value for key, value in os.environ.items() if key.startswith("PIP_")}
    environment |= {"GITHUB_REPOSITORY": "ann/featurestore", "GH_CONFIG_DIR": str(tmp_path)}
    socket = tmp_path / "gh.sock"
    (tmp_path / "config.yml").write_text(f"http_unix_socket: {socket}\n")
    others = [
        {"id": 1, "user": {"login": "ann"}, "body": f"{MARKER} of somebody else"},
        {"id": 2, "user": BOT, "body": "of another workflow"},
        {"id": 3, "user": {"login": "ann"}, "body": "thanks"},
    ]
    comments = [dict(one) for one in others]
    workflow = ROOT / "examples/github/features.yml"
    job = Job(workflow, clone, pull_request.values(), environment)
    with github_server.served(socket, comments) as requests:
        for step in job.steps:
            if "run" in step and step["name"] != "Result":
                done = job.run(step["name"])
                assert done.returncode == 0, done.stdout + done.stderr
        assert comments == [*others, {"id": 103, "user": BOT, "body": job.summary}]
        assert "### 1 feature differs" in job.summary
        # The next push finds the comment, on the second page.
        (clone / "comment.md").write_text(f"{MARKER}\n" + "é" * 60_000)
        done = job.run("Comment")
        assert done.returncode == 0, done.stderr
    assert [one["body"] for one in comments[:3]] == [one["body"] for one in others]
    assert comments[3:] == [{"id": 103, "user": BOT, "body": f"{MARKER}\n" + "é" * 60_000}]
    assert [one.split()[0] for one in requests] == ["GET", "GET", "POST", "GET", "GET", "PATCH"]
    assert job.run("Result").returncode == 1


@pytest.mark.skipif(not MULTITOOL, reason="npm install --global @microsoft/sarif-multitool")
def test_sarif_is_what_microsoft_s_validator_and_github_s_rules_want(tmp_path: Path) -> None:
    query, log = tmp_path / "a query.sql", tmp_path / "lint.sarif"
    query.write_text(pull_request.UNBOUNDED)
    featurestore = str(Path(sys.executable).parent / "featurestore")
    for path in (query.name, str(query)):
        done = subprocess.run(
            [featurestore, "lint", path, "--format", "sarif"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        log.write_text(done.stdout)
        report = tmp_path / "report.sarif"
        words = ["validate", str(log), "--rule-kind", "Sarif;Ghas", "--output", str(report)]
        subprocess.run(
            [str(MULTITOOL), *words, "--log", "ForceOverwrite"],
            env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
            capture_output=True,
            check=False,
        )
        results = json.loads(report.read_text())["runs"][0]["results"]
        assert {one["ruleId"] for one in results} <= {"SARIF2005"}, results
