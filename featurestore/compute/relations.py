"""Relations of ``sql/`` in DuckDB's SQL, each after its inputs."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from featurestore.compute.analysis import require_relations
from featurestore.definitions import compose
from featurestore.disk_cache import cached
from sync.duck import connections, statement_guard
from sync.duck.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from featurestore.definitions.sql_files import SqlFile
    from featurestore.dialect.magnitudes import Magnitude


_MOST_RELATIONS = 1_000
_DIGITS = re.compile(r"\([\d, ]+\)")
# Translations of this process, by name, text, columns of the inputs, and parameters.
_relations: dict[tuple[str, str, str, str], tuple[dict[str, Any], Mapping[str, Magnitude]]] = {}


@dataclass(frozen=True, slots=True)
class Step:
    """One relation, ready to run.

    Attributes:
        name: The relation's name, which is its file's stem.
        sql: A DuckDB SELECT that reads tables and the relations of earlier steps.
        parameters: Names of the SELECT's parameters.
        columns: Output column to GoogleSQL type.
    """

    name: str
    sql: str
    parameters: frozenset[str]
    columns: Mapping[str, str]

    @property
    def create_sql(self) -> str:
        """CREATE of a temporary table with the relation's name, replacing an older one."""
        return f"CREATE OR REPLACE TEMP TABLE {quote(self.name)} AS {self.sql}"

    def chosen(self, values: Mapping[str, object]) -> dict[str, object]:
        """The values of the SELECT's parameters."""
        return {name: values[name] for name in self.parameters}


def translated(
    roots: Iterable[str],
    files: Iterable[SqlFile],
    *,
    columns: Mapping[str, Mapping[str, str]],
    parameters: Mapping[str, str],
) -> tuple[Step, ...]:
    """The roots and all that they read, each after its inputs.

    A relation with a single reader, which reads nothing else, becomes a CTE of that reader: a chain
    of such relations is one step. A translation takes more than a second, so it is cached on disk.

    Args:
        roots: Names of relations.
        files: Their files, and those of their inputs.
        columns: Tables that no file defines: name to column to GoogleSQL type.
        parameters: Name to GoogleSQL type.

    Raises:
        BadInput: GoogleSQL's analyzer refuses a relation; file, line and column are named.
        Refused: a relation is missing, or a construct is not proven; file and line are named.
    """
    roots = tuple(roots)
    ordered = compose.dependency_order(roots, compose.by_name(files), columns)
    texts = [[file.name, file.text] for file in ordered]
    made = cached(
        f"{ordered[-1].name}.sql",
        [
            roots,
            texts,
            {name: list(types.items()) for name, types in columns.items()},
            dict(parameters),
        ],
        lambda: _read_back(
            _chained(_translate(ordered, columns, parameters), ordered, roots), columns
        ),
    )
    return tuple(
        Step(step["name"], step["sql"], frozenset(step["parameters"]), dict(step["columns"]))
        for step in made
    )


def _translate(
    ordered: Sequence[SqlFile],
    columns: Mapping[str, Mapping[str, str]],
    parameters: Mapping[str, str],
) -> list[dict[str, Any]]:
    analysed = require_relations(ordered, columns, parameters)
    known = dict(columns)
    magnitudes: dict[str, Mapping[str, Magnitude]] = {}
    made = []
    for file in ordered:
        # A changed relation is translated again; the others of a process are not.
        inputs = {name: known[name] for name in file.header.inputs if name in known}
        sizes = {name: magnitudes[name] for name in file.header.inputs if name in magnitudes}
        key = (file.name, file.text, repr((inputs, sizes)), repr(parameters))
        if key not in _relations:
            if len(_relations) >= _MOST_RELATIONS:
                _relations.clear()
            _relations[key] = _translate_one(file, known, parameters, sizes)
        step, magnitudes[file.name] = _relations[key]
        if file.name in analysed:
            step = step | {"columns": _typed(step["columns"], analysed[file.name])}
        known[file.name] = dict(step["columns"])
        made.append(step)
    return made


def _typed(translated: list[list[str]], analysed: Mapping[str, str]) -> list[list[str]]:
    """The columns with the analyzer's types, which are complete.

    Only the translation keeps the digits of NUMERIC(4, 1).
    """
    kinds = dict[str, str](translated)
    return [
        [name, kinds[name] if _DIGITS.sub("", kinds.get(name, "")) == kind else kind]
        for name, kind in analysed.items()
    ]


def _translate_one(
    file: SqlFile,
    known: Mapping[str, Mapping[str, str]],
    parameters: Mapping[str, str],
    magnitudes: Mapping[str, Mapping[str, Magnitude]],
) -> tuple[dict[str, Any], Mapping[str, Magnitude]]:
    # Loads sqlglot, which is not needed if the translation is cached.
    from featurestore import dialect

    relation = dialect.translate(
        file.text, columns=known, parameters=parameters, magnitudes=magnitudes, origin=file.path
    )
    step = {
        "name": file.name,
        "sql": relation.sql,
        "parameters": sorted(relation.parameters),
        "columns": [list(pair) for pair in relation.columns.items()],
    }
    return step, relation.magnitudes


def _read_back(
    made: list[dict[str, Any]], columns: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    """The relations; refuses one that DuckDB does not read as a SELECT over earlier ones."""
    known = {name.lower() for name in columns}
    with closing(connections.connect(None)) as con:
        for step in made:
            statement_guard.require_select(con, step["sql"], known)
            known.add(step["name"].lower())
    return made


def _chained(
    made: list[dict[str, Any]], ordered: Iterable[SqlFile], roots: Iterable[str]
) -> list[dict[str, Any]]:
    """The relations, with each link of a chain merged into its only reader. Pure."""
    ordered = tuple(ordered)
    links = {
        reader.header.inputs[0]: reader.name
        for reader in ordered
        if len(reader.header.inputs) == 1
        and sum(reader.header.inputs[0] in other.header.inputs for other in ordered) == 1
    }
    kept = []
    inner: dict[str, dict[str, Any]] = {}
    for step in made:
        if step["name"] in inner:
            link = inner.pop(step["name"])
            step = step | {
                "sql": f"WITH {quote(link['name'])} AS ({link['sql']})\n"
                f"SELECT * FROM ({step['sql']})",
                "parameters": sorted({*step["parameters"], *link["parameters"]}),
            }
        reader = links.get(step["name"])
        if reader is None or step["name"] in roots:
            kept.append(step)
        else:
            inner[reader] = step
    return kept
