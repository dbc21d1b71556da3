"""Codes, selection, formats, a baseline, and what is new since a commit."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from importlib import metadata
from pathlib import Path

import json_documents
import pytest
from typer.testing import CliRunner

from featurestore.bounds.finding import Finding
from featurestore.cli.app import app
from featurestore.lint.formats import written
from featurestore.lint.rules import CODES, SUMMARIES, selected
from sync.errors import BadInput

ROOT = Path(__file__).parents[2]
TABLE = "nba_analytics.player_game_summary"
UNBOUNDED = f"SELECT points FROM {TABLE}\n"
BOUNDED = f"SELECT points FROM {TABLE} WHERE game_date BETWEEN '2025-01-01' AND '2025-01-31'\n"
FINDINGS = [
    Finding("a b.sql", 3, 5, "unbounded", "error", "100% of t:\nread", hint="add a bound"),
    Finding("x,y.py", 1, 2, "leak-join", "warning", "late"),
]


def lint(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["lint", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    json_documents.check(["lint", *arguments], result.exit_code, result.stdout, "")
    return result.exit_code, result.stdout


def findings(*arguments: str) -> list[tuple[str, str]]:
    _, printed = lint(*arguments, "--format", "json")
    return [(one["code"], Path(one["path"]).name) for one in json.loads(printed)["findings"]]


def test_each_code_has_its_page_and_each_page_its_code() -> None:
    pages = {
        page.stem: page.read_text(encoding="utf-8") for page in (ROOT / "docs/rules").glob("FS*.md")
    }
    assert set(pages) == set(CODES.values())
    assert len(set(CODES.values())) == len(CODES)
    for rule, code in CODES.items():
        assert pages[code].startswith(f"# {code} {rule}\n\n{SUMMARIES[rule]}\n\n")


def test_each_rule_that_the_code_reports_has_a_code() -> None:
    files = [
        *(ROOT / "featurestore/lint").glob("*.py"),
        *(ROOT / "featurestore/bounds").glob("*.py"),
    ]
    reported = set()
    for node in (node for file in files for node in ast.walk(ast.parse(file.read_text()))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Finding", "_finding"}:
            arguments = [*node.args, *[one.value for one in node.keywords if one.arg == "rule"]]
            texts = [one.value for one in arguments if isinstance(one, ast.Constant)]
            reported |= {text for text in texts if re.fullmatch(r"[a-z][a-z-]+", str(text))}
    assert reported - {"error", "warning"} == set(CODES) - {"googlesql"}


def test_rules_are_selected_by_code_beginning_and_name() -> None:
    def codes(select: list[str], ignore: list[str]) -> list[str]:
        return [CODES[one.rule] for one in selected(FINDINGS, select, ignore)]

    assert codes([], []) == ["FS101", "FS202"]
    assert codes(["FS2"], []) == ["FS202"]
    assert codes(["FS101,leak-join"], ["unbounded"]) == ["FS202"]
    for wrong in ("FS9", "F", "", "bounds"):
        with pytest.raises(BadInput, match="not a rule"):
            codes([wrong], [])


def test_annotations_of_github_escape_what_ends_a_value() -> None:
    assert written(FINDINGS, "github").split("\n") == [
        "::error file=a b.sql,line=3,col=5,title=FS101 unbounded::"
        "100%25 of t:%0Aread%0Ahint: add a bound",
        "::warning file=x%2Cy.py,line=1,col=2,title=FS202 leak-join::late",
    ]
    assert written([], "github") == ""


def test_sarif_has_what_its_schema_requires() -> None:
    log = json.loads(written(FINDINGS, "sarif"))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "featurestore lint"
    assert [rule["id"] for rule in rules] == list(CODES.values())
    # Without these, Microsoft's validator names rules of GitHub's code scanning that are not kept.
    assert {rule["fullDescription"]["text"] for rule in rules} == set(SUMMARIES.values())
    assert run["tool"]["driver"]["version"] == metadata.version("featurestore")
    for result, finding in zip(run["results"], FINDINGS, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == CODES[finding.rule]
        assert result["level"] == finding.severity
        assert result["message"]["text"].startswith(finding.message)
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "a%20b.sql"},
        "region": {"startLine": 3, "startColumn": 5},
    }
    assert json.loads(written([], "sarif"))["runs"][0]["results"] == []
    elsewhere = [Finding("/q/a b.sql", 3, 5, "unbounded", "error", "read")]
    (result,) = json.loads(written(elsewhere, "sarif"))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "file:///q/a%20b.sql"}


def test_a_baseline_leaves_out_as_many_findings_as_it_holds(tmp_path: Path) -> None:
    query, baseline = tmp_path / "a.sql", tmp_path / "baseline.json"
    query.write_text(UNBOUNDED)
    options = (str(tmp_path), "--baseline", str(baseline))
    code, output = lint(*options, "--write-baseline", "--json")
    assert (code, len(json.loads(output)["findings"])) == (0, 1)
    assert lint(*options, "--write-baseline") == (0, f"{baseline}: 1 finding\n")
    assert [one.name for one in tmp_path.iterdir() if one.suffix != ".sql"] == ["baseline.json"]
    query.write_text("-- a comment\n\n" + UNBOUNDED)
    assert lint(*options) == (0, "no findings\n")
    query.write_text(UNBOUNDED.replace("\n", ";\n") * 2)
    assert findings(*options) == [("FS101", "a.sql")]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "findings": [1]}']
)
def test_a_file_that_is_not_a_baseline_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.sql").write_text(UNBOUNDED)
    (tmp_path / "baseline.json").write_text(text)
    with pytest.raises(BadInput, match="baseline"):
        lint(str(tmp_path), "--baseline", str(tmp_path / "baseline.json"))


def test_only_findings_that_are_new_since_a_commit_are_reported(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", "-C", str(tmp_path), *who, *arguments], check=True)

    (tmp_path / "queries").mkdir()
    old, bounded = tmp_path / "queries/old.sql", tmp_path / "queries/bounded.sql"
    old.write_text(UNBOUNDED)
    bounded.write_text(BOUNDED)
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    options = (str(tmp_path / "queries"), "--diff-from", "HEAD")
    assert findings(*options) == []
    old.write_text("-- moved down\n" + UNBOUNDED)
    bounded.write_text(UNBOUNDED)
    (tmp_path / "queries/new.sql").write_text(UNBOUNDED)
    assert findings(*options) == [("FS101", "bounded.sql"), ("FS101", "new.sql")]
    baseline = tmp_path / "baseline.json"
    old.write_text(UNBOUNDED)
    lint(str(old), "--baseline", str(baseline), "--write-baseline")
    old.write_text(UNBOUNDED.replace("\n", ";\n") * 2)
    assert findings(str(old), *options[1:], "--baseline", str(baseline)) == [("FS101", "old.sql")]
    with pytest.raises(BadInput, match="no commit nowhere"):
        lint(options[0], "--diff-from", "nowhere")


def test_the_hook_and_the_workflow_name_options_that_exist() -> None:
    help_text = lint("--help")[1]
    workflow = (ROOT / "examples/github/lint.yml").read_text(encoding="utf-8")
    (command,) = re.findall(r"run: (featurestore lint .*)", workflow)
    for option in re.findall(r"--[a-z-]+", command):
        assert option in help_text
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert "entry: featurestore lint\n" in hook


def test_the_roles_of_columns_are_a_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.sql").write_text(
        "SELECT team, AVG(line) AS line, MAX(score) AS s FROM x.odds WHERE day = @d GROUP BY team\n"
    )
    assert findings("a.sql", "--select", "FS2") == []
    (tmp_path / "featurestore.toml").write_text(
        '[columns."x.odds"]\nentity = ["team"]\nevent = ["day"]\nresults = ["score"]\n'
        'clock = "minutes_before > 0"\n'
    )
    assert findings("a.sql", "--select", "FS2") == [("FS203", "a.sql"), ("FS205", "a.sql")]
    (tmp_path / "featurestore.toml").write_text('[columns."x.odds"]\nkeys = ["team"]\n')
    with pytest.raises(BadInput, match=r"columns of x\.odds: unknown field keys"):
        findings("a.sql")
