"""The exports have every relation's text, with the names of the other tool."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from sqlglot.dialects.bigquery import BigQuery
from typer.testing import CliRunner

from featurestore.cli.app import app
from featurestore.compute.plan import PARAMETERS
from featurestore.definitions import sql_files
from featurestore.definitions.features import features
from featurestore.export import dbt, sqlmesh, write
from featurestore.export.references import rewritten
from sync.errors import Refused

RELATIONS = sql_files.load("features")


@cache
def project(tool):
    return tool.project(PARAMETERS)


def relation(text, inputs="summary, d.t"):
    fields = ("grain: a", f"inputs: {inputs}", "lookback: none", "nulls: none")
    header = "-- r: a row.\n" + "".join(f"-- {field}\n" for field in fields)
    return sql_files.parse_file("r.sql", f"{header}\n{text}\n", "sql/features/r.sql")


def words(sql):
    """The tokens of a statement, comments and casts of parameters left out."""
    return [token.text for token in BigQuery().tokenize(sql)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT summary.a FROM summary", "SELECT summary.a FROM <summary> AS summary"),
        ("SELECT s.a FROM summary AS s", "SELECT s.a FROM <summary> AS s"),
        ("SELECT t.a FROM d.t WHERE a = @x", "SELECT t.a FROM <d.t> AS t WHERE a = [x]"),
        (
            "SELECT a FROM summary INNER JOIN d.t AS u ON u.a = summary.a",
            "SELECT a FROM <summary> AS summary INNER JOIN <d.t> AS u ON u.a = summary.a",
        ),
        (
            "WITH c AS (SELECT summary FROM other) SELECT 'FROM summary' AS a FROM c",
            "WITH c AS (SELECT summary FROM other) SELECT 'FROM summary' AS a FROM c",
        ),
    ],
)
def test_only_inputs_and_parameters_are_renamed(text, expected):
    new_text = rewritten(relation(text), lambda name: f"<{name}>", lambda name: f"[{name}]")
    assert new_text == expected + "\n"


def test_a_cte_with_the_name_of_an_input_is_refused():
    file = relation("WITH summary AS (SELECT 1 AS a) SELECT a FROM summary")
    with pytest.raises(Refused, match="the CTE summary has the name of an input"):
        rewritten(file, str, str)


@pytest.mark.parametrize("file", RELATIONS, ids=lambda file: file.name)
def test_a_dbt_model_is_the_relation_with_references(file):
    text = project(dbt)[f"models/{file.name}.sql"]
    text = re.sub(r"\{\{ config\(.*?\) \}\}", "", text, flags=re.DOTALL)
    text = re.sub(r"CAST\('\{\{ var\('(\w+)'\) \}\}' AS (?:DATE|TIMESTAMP)\)", r"@\1", text)
    text = re.sub(r"\{\{ var\('(\w+)'\) \}\}", r"@\1", text)
    text = re.sub(r"\{\{ source\('(\w+)', '(\w+)'\) \}\}", r"\1.\2", text)
    text = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", text)
    assert "{" not in text.replace("{8}", "")
    assert words(_without_own_aliases(text)) == words(_without_own_aliases(file.text))


@pytest.mark.parametrize("file", RELATIONS, ids=lambda file: file.name)
def test_a_sqlmesh_model_is_the_relation_with_names_in_its_schema(file):
    text = project(sqlmesh)[f"models/{file.name}.sql"]
    header, _, text = text.partition("\n);\n")
    assert header.startswith(f"MODEL (\n  name featurestore.{file.name},\n")
    text = re.sub(r"CAST\(@feature_(\w+) AS (?:DATE|TIMESTAMP)\)", r"@\1", text)
    text = text.replace("@feature_", "@").replace("CAST(1 AS INT64) << ", "1 << ")
    text = re.sub(r"\b(FROM|JOIN) featurestore\.", r"\1 ", text)
    assert words(_without_own_aliases(text)) == words(_without_own_aliases(file.text))


def _without_own_aliases(text):
    """Where a table is called by its own name, the name is not repeated."""
    return re.sub(r"\b(FROM|JOIN) ((?:\w+\.)?(\w+)) AS \3\b", r"\1 \2", text)


def test_every_relation_has_a_model_a_description_and_a_test_of_its_grain():
    made = project(dbt)
    for file in RELATIONS:
        assert f"  - name: {file.name}\n" in made["models/schema.yml"]
        assert "HAVING COUNT(*) > 1" in made[f"tests/{file.name}_grain.sql"]
    for one in features():
        assert f"      - name: {one.feature_name}\n" in made["models/schema.yml"]
    for name in PARAMETERS:
        assert f"  {name}: " in made["dbt_project.yml"]
        assert f"  feature_{name}: " in project(sqlmesh)["config.yaml"]


def test_an_export_is_repeatable_and_leaves_other_files_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    words = ["features", "export", "--to", "dbt", "--output", "warehouse-models", "--json"]
    first = json.loads(run(app, words).stdout)
    assert sorted(first["changed"]) == first["files"]
    (tmp_path / "warehouse-models" / "mine.txt").write_text("mine")
    assert json.loads(run(app, words).stdout)["changed"] == []

    other = json.loads(run(app, [*words[:3], "sqlmesh", *words[4:]]).stdout)
    held = {
        str(path.relative_to(tmp_path / "warehouse-models"))
        for path in (tmp_path / "warehouse-models").rglob("*")
        if path.is_file()
    }
    assert held == {*other["files"], "mine.txt", write.LIST}

    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("a")
    with pytest.raises(Refused, match="contains files that no export wrote"):
        write.write(tmp_path / "notes", {"a.txt": "b"})
    assert (tmp_path / "notes" / "a.txt").read_text() == "a"


def test_a_list_that_names_files_outside_the_folder_removes_none(tmp_path):
    (tmp_path / "outside.txt").write_text("outside")
    folder = tmp_path / "models"
    write.write(folder, {"a.sql": "SELECT 1"})
    (folder / write.LIST).write_text(f"../outside.txt\n{tmp_path}/outside.txt\na.sql\n")
    write.write(folder, {"b.sql": "SELECT 2"})
    assert (tmp_path / "outside.txt").exists()
    assert not (folder / "a.sql").exists()


def test_the_commands_of_the_page_print_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[2] / "docs/exports.md").read_text("utf-8")
    (block,) = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    commands = re.findall(r"^\$ featurestore (.*)\n(.*)$", block, re.MULTILINE)
    assert len(commands) == 2
    for command, said in commands:
        printed = CliRunner().invoke(app, command.split()).stdout
        # A new relation is one file more.
        assert re.sub(r"\d+", "N", printed) == re.sub(r"\d+", "N", said) + "\n"
