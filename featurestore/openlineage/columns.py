"""The column lineage of the store, for the ``columnLineage`` facet.

It is the lineage of ``features show``. It takes seconds and depends only on the SQL, so it is
cached in the user's cache folder.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from featurestore.catalog import lineage as catalog_lineage
from featurestore.catalog import scope_columns
from featurestore.compute import plan
from featurestore.definitions import compose, sql_files, tables
from featurestore.definitions.features import features
from featurestore.disk_cache import cached

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Inputs:
    """Columns as ``dataset.table.column``, sorted.

    Attributes:
        made_of: Columns in the expression; none for a count.
        chosen_by: Columns that select the rows of the expression.
    """

    made_of: tuple[str, ...]
    chosen_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoreLineage:
    """The lineage of the store.

    Attributes:
        columns: Values of features, keys, and what a row says of its game. Columns with every
            input of every feature (the array, the qualities, the hash) are left out: they would
            be nine tenths of an event.
        rows: Columns that select the rows of the store.
    """

    columns: Mapping[str, Inputs]
    rows: tuple[str, ...]


def read_tables() -> tuple[str, ...]:
    """The warehouse tables that the store's relations read, sorted."""
    files = compose.dependency_order([plan.STORE], compose.by_name(sql_files.load("features")))
    return tuple(sorted({name for file in files for name in file.header.inputs if "." in name}))


@lru_cache(maxsize=1)
def store_lineage() -> StoreLineage:
    """The lineage of the store's columns, from the user's cache if possible."""
    files = (*sql_files.load("features"), *sql_files.load("schema"))
    texts = [[file.name, file.text] for file in files]
    kept = cached("openlineage", [*texts, _code_digest()], _made)
    columns = {
        name: Inputs(tuple(made_of), tuple(chosen_by))
        for name, (made_of, chosen_by) in kept["columns"].items()
    }
    return StoreLineage(columns, tuple(kept["rows"]))


def _code_digest() -> str:
    """Changes with the code that computes the lineage."""
    sources = (__file__, catalog_lineage.__file__, scope_columns.__file__)
    return hashlib.sha256(b"".join(Path(source).read_bytes() for source in sources)).hexdigest()


def _made() -> dict[str, Any]:
    of_feature = {
        f"feature_{one.feature_index}_value": catalog_lineage.lineage(one.feature_name)
        for one in features()
    }
    everything = {column for one in of_feature.values() for column in one.made_of}
    declared = tables.tables()[tables.STORE].column_names
    computed = catalog_lineage.columns_of(plan.STORE)[plan.STORE]
    columns: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    choosers: list[set[str]] = []
    for name in declared:
        if name not in computed:
            continue
        whole = catalog_lineage.lineage(name, plan.STORE)
        choosers.append(set(whole.chosen_by))
        if name in of_feature:
            columns[name] = (of_feature[name].made_of, of_feature[name].chosen_by)
        elif whole.made_of and not everything <= set(whole.made_of):
            columns[name] = (whole.made_of, ())
    return {"columns": columns, "rows": sorted(set.intersection(*choosers))}
