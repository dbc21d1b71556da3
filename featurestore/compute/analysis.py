"""GoogleSQL's own analyzer on the relations that are about to be translated.

It is not started for what has passed before: the package's own SQL, which its tests analyse, and
what this user's processes analysed. A changed file under ``sql/`` is analysed once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from featurestore.googlesql import passed
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from featurestore.definitions.sql_files import SqlFile


def require_relations(
    ordered: Sequence[SqlFile],
    columns: Mapping[str, Mapping[str, str]],
    parameters: Mapping[str, str],
) -> dict[str, dict[str, str]]:
    """Refuse relations that GoogleSQL's analyzer refuses.

    Args:
        ordered: Files, each after its inputs.
        columns: Tables that no file defines: name to column to GoogleSQL type.
        parameters: Name to GoogleSQL type.

    Returns:
        Relation to output column to GoogleSQL type, as the analyzer says; the package's own
        relations may be missing.

    Raises:
        BadInput: a file does not pass: file, line and column, then GoogleSQL's message.
    """
    keys = _keys(ordered, columns, parameters)
    known = passed.shipped()
    remembered = {name: (passed.facts(key) or {}).get("columns") for name, key in keys.items()}
    if all(remembered[name] or key in known for name, key in keys.items()):
        return {name: dict(types) for name, types in remembered.items() if types}
    # Loads the WebAssembly engine.
    from featurestore.googlesql.analyzer import analyzer
    from featurestore.googlesql.errors import GoogleSqlError

    schema = dict(columns)
    analysed: dict[str, dict[str, str]] = {}
    for file in ordered:
        try:
            result = analyzer().analyze(file.text, schema, _used(file, parameters))
        except GoogleSqlError as error:
            raise BadInput(
                f"{file.path}:{error.line}:{error.column}: {error.summary}",
                hint=f"featurestore lint {file.path}",
                origin=file.path,
                line=error.line,
                column=error.column,
            ) from error
        schema[file.name] = dict(result.columns)
        analysed[file.name] = dict(result.columns)
        passed.remember(keys[file.name], {"columns": list(result.columns)})
    return analysed


def _keys(
    ordered: Sequence[SqlFile],
    columns: Mapping[str, Mapping[str, str]],
    parameters: Mapping[str, str],
) -> dict[str, str]:
    """Relation to a digest of what its analysis depends on: its text, and all that it reads."""
    keys: dict[str, str] = {}
    for file in ordered:
        text = file.text.lower()
        tables = [
            [name, list(types.items())]
            for name, types in columns.items()
            if name.rpartition(".")[2].lower() in text
        ]
        inputs = [keys[name] for name in file.header.inputs if name in keys]
        keys[file.name] = passed.digest(
            "relation", file.text, inputs, tables, _used(file, parameters)
        )
    return keys


def _used(file: SqlFile, parameters: Mapping[str, str]) -> dict[str, str]:
    return {name: kind for name, kind in parameters.items() if f"@{name}" in file.text}
