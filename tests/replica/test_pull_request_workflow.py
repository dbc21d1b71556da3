"""examples/github/features.yml: its steps are run as they are written, on a pull request.

Only ``gh`` is a stub, and the installed command is this checkout's; tests/examples has both.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pull_request
import pytest
from workflow_job import SAME_REPOSITORY, Job, runner_environment

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / "examples/github/features.yml"
MARKER = "<!-- featurestore diff -->"
OTHERS = [
    {"id": 3, "user": {"login": "ann"}, "body": f"{MARKER} is what the job looks for"},
    {"id": 4, "user": {"login": "github-actions[bot]"}, "body": "another workflow's comment"},
]


@pytest.fixture
def comments(tmp_path):
    file = tmp_path / "comments.json"
    file.write_text(json.dumps(OTHERS))
    return file


@pytest.fixture
def job(tmp_path, comments):
    """``job(expression)``: a job on a pull request that gives a feature another expression."""
    programs = tmp_path / "bin"
    programs.mkdir()
    clone = pull_request.clone(ROOT, tmp_path / "clone")
    command = programs / "featurestore"
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH="{clone}" exec {sys.executable} -m featurestore "$@"\n'
    )
    (programs / "gh").write_text(
        f'#!/bin/sh\nGH_STUB_COMMENTS="{comments}" exec {sys.executable}'
        f' {ROOT / "tests/support/gh_stub.py"} "$@"\n'
    )
    for one in programs.iterdir():
        one.chmod(0o755)

    def make(expression):
        pull_request.change(clone, expression)
        environment = runner_environment(tmp_path, programs)
        environment |= {"GITHUB_REPOSITORY": "ann/featurestore"}
        return Job(WORKFLOW, clone, pull_request.values(), environment)

    return make


def test_findings_become_sarif_and_a_difference_one_comment_that_is_kept_up_to_date(job, comments):
    job = job("AVG(court_minutes_tenths) / 5 AS minutes_avg_last_10")
    done = job.run("Lint")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    (upload,) = (step for step in job.steps if "upload-sarif" in step.get("uses", ""))
    log = json.loads((job.folder / upload["with"]["sarif_file"]).read_text())
    (finding,) = log["runs"][0]["results"]
    place = finding["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert (finding["ruleId"], place) == ("FS101", "sql/notes.sql")

    done = job.run("Compare")
    assert done.returncode == 0, done.stderr
    # By hand: means of 10, 15, 20 and 30, 32.5, 35 minutes before a game, taken twice.
    assert "### 1 feature differs" in job.summary
    row = "| `minutes_avg_last_10` | 6 | 0 | 0 | 23.75 | 35 |"
    assert row in job.summary
    assert "| `minutes_avg_last_10` | `bob` | `2025-01-07` | 35 | 70 |" in job.summary
    assert "Of 0123abc, on the rows of `examples/ci/tests/fixture`." in job.summary

    done = job.run("Comment")
    assert done.returncode == 0, done.stderr
    first = json.loads(comments.read_text())
    assert first == [
        *OTHERS,
        {"id": 5, "user": {"login": "github-actions[bot]"}, "body": job.summary},
    ]
    (job.folder / "comment.md").write_text(f"{MARKER}\nafter another push")
    assert job.run("Comment").returncode == 0
    bodies = [one["body"] for one in json.loads(comments.read_text())]
    assert bodies == [OTHERS[0]["body"], OTHERS[1]["body"], f"{MARKER}\nafter another push"]

    # A difference is no failure unless it is wanted to be; a finding is one, and is told again.
    done = job.run("Result")
    assert done.returncode == 1
    assert "::error file=sql/notes.sql,line=1,col=20,title=FS101 unbounded::" in done.stdout
    job.values["steps.lint.outputs.code"] = "0"
    assert job.run("Result").returncode == 0
    job.workflow["env"]["FAIL_ON_DIFFERENCE"] = "true"
    assert job.run("Result").returncode == 1
    job.values["steps.diff.outputs.code"] = "0"
    assert job.run("Result").returncode == 0


def test_sql_that_cannot_be_computed_is_said_in_the_comment_and_fails_the_job(job):
    job = job("AVG(court_minutes_tenths / 10 AS minutes_avg_last_10")
    done = job.run("Compare")
    assert done.returncode == 0, done.stderr
    lines = job.summary.splitlines()
    assert lines[:3] == [MARKER, "### The features could not be compared", ""]
    assert "player_form.sql:69:" in lines[3]
    assert lines[3].startswith("    error: ")
    assert lines[3][4:] in done.stderr
    job.values["steps.lint.outputs.code"] = "0"
    assert job.run("Result").returncode == int(job.values["steps.diff.outputs.code"]) >= 2


def test_a_fork_s_token_can_only_read_so_only_the_summary_is_written():
    values = {SAME_REPOSITORY: "false"}
    job = Job(WORKFLOW, Path(), values, {})
    left = [step.get("name") or step["uses"] for step in job.steps if not job.is_run(step)]
    assert left == ["github/codeql-action/upload-sarif@v4", "Comment"]
    assert "pull_request_target" not in WORKFLOW.read_text()


def test_the_workflow_has_the_permissions_it_needs_and_versions_of_what_it_uses():
    job = Job(WORKFLOW, Path(), {}, {})
    assert job.workflow["permissions"] == {}
    assert job.job["permissions"] == {
        "actions": "read",
        "contents": "read",
        "pull-requests": "write",
        "security-events": "write",
    }
    used = [step["uses"] for step in job.steps if "uses" in step]
    assert all(re.fullmatch(r"[\w/-]+@v\d+", one) for one in used), used
    # What comes from outside is a variable of the shell, never a part of its text.
    assert not [step for step in job.steps if "${{" in step.get("run", "")]
    # Only the step that writes the comment has the token.
    assert [step["name"] for step in job.steps if "github.token" in str(step)] == ["Comment"]
