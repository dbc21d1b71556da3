"""The hook in pre-commit itself: it installs this repository, and refuses a commit."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pull_request
import pytest

ROOT = Path(__file__).parents[2]
TOOLS = os.environ.get("EXAMPLES_TOOLS", "")
BOUNDED = pull_request.UNBOUNDED + "WHERE game_date BETWEEN '2025-01-01' AND '2025-01-31'\n"

pytestmark = pytest.mark.skipif(not TOOLS, reason="pre-commit: make test-examples")


def test_a_commit_of_an_unbounded_query_is_refused_and_a_bounded_one_is_not(
    tmp_path: Path,
) -> None:
    hooks = pull_request.clone(ROOT, tmp_path / "hooks")
    manifest = (ROOT / ".pre-commit-hooks.yaml").read_text()
    (hooks / ".pre-commit-hooks.yaml").write_text(manifest)
    pull_request.commit(hooks)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=hooks, capture_output=True, text=True, check=True
    )
    environment = os.environ | {
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        "PATH": f"{TOOLS}:{os.environ['PATH']}",
        "PRE_COMMIT_COLOR": "never",
    }
    folder = tmp_path / "repository"
    folder.mkdir()

    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def commit(code: int = 0) -> str:
        run("git", "add", ".")
        who = ("-c", "user.name=ann", "-c", "user.email=ann@example.invalid")
        return run("git", *who, "commit", "-q", "-m", "a commit", code=code)

    run("git", "init", "-q")
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: file://{hooks}\n  rev: {head.stdout.strip()}\n"
        "  hooks: [{id: featurestore-lint}]\n"
    )
    run("pre-commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"))
    run("pre-commit", "install")
    # Neither SQL nor Python: the hook has nothing to do.
    assert "Skipped" in commit()
    query, script = folder / "query.sql", folder / "script.py"
    query.write_text(pull_request.UNBOUNDED)
    refused = commit(code=1)
    assert "query.sql:1:20: error: nba_analytics.player_game_summary: no lower" in refused
    assert "[FS101 unbounded]" in refused
    query.write_text(BOUNDED)
    script.write_text(f'client.query("""{pull_request.UNBOUNDED}""")\n')
    assert "script.py:1:" in commit(code=1)
    script.write_text(f'client.query("""{BOUNDED}""")\n')
    assert "Passed" in commit()
    assert len(run("git", "log", "--oneline").splitlines()) == 2
