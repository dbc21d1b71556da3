"""The datasets of an event: inputs and outputs of a step, with columns and their lineage."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from openlineage.client.event_v2 import InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    input_statistics_input_dataset,
    output_statistics_output_dataset,
    schema_dataset,
)

from featurestore.definitions import tables
from featurestore.openlineage import columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openlineage.client.facet_v2 import DatasetFacet, InputDatasetFacet

    from featurestore.openlineage.places import Place
    from featurestore.steps import Outcome, Step

PRODUCER = f"urn:featurestore:{version('featurestore')}"

_DIRECT = column_lineage_dataset.Transformation("DIRECT")
_IDENTITY = column_lineage_dataset.Transformation("DIRECT", "IDENTITY")
_INDIRECT = column_lineage_dataset.Transformation("INDIRECT")


def inputs_of(step: Step, source: Place, outcome: Outcome | None) -> list[InputDataset]:
    """What a step reads; with the columns if there is an outcome."""
    names = columns.read_tables() if step.verb == "compute" else (step.table,)
    return [
        InputDataset(
            source.namespace,
            source.table(name),
            inputFacets=_read(step, outcome),
            facets={} if outcome is None else {"schema": _schema(name)},
        )
        for name in names
    ]


def _read(step: Step, outcome: Outcome | None) -> dict[str, InputDatasetFacet]:
    """Rows that were read; known for a pull and a push."""
    if outcome is None or step.verb == "compute":
        return {}
    read = input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
        outcome.rows, outcome.size_bytes, producer=PRODUCER
    )
    return {"inputStatistics": read}


def output_of(step: Step, source: Place, target: Place, outcome: Outcome | None) -> OutputDataset:
    """What a step writes; with columns, lineage and row counts if there is an outcome."""
    if outcome is None:
        return OutputDataset(target.namespace, target.table(step.table))
    written = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
        outcome.rows, outcome.size_bytes, producer=PRODUCER
    )
    facets: dict[str, DatasetFacet] = {
        "schema": _schema(step.table),
        "columnLineage": _computed(source) if step.verb == "compute" else _moved(step, source),
    }
    return OutputDataset(
        target.namespace,
        target.table(step.table),
        outputFacets={"outputStatistics": written},
        facets=facets,
    )


def _schema(table: str) -> schema_dataset.SchemaDatasetFacet:
    """The declared columns that are moved or computed."""
    fields = [
        schema_dataset.SchemaDatasetFacetFields(
            column.name, column.type, column.description or None, position
        )
        for position, column in enumerate(tables.table(table).columns, start=1)
    ]
    return schema_dataset.SchemaDatasetFacet(fields, producer=PRODUCER)


def _moved(step: Step, source: Place) -> column_lineage_dataset.ColumnLineageDatasetFacet:
    """Each column is the source's of the same name."""
    fields = {
        name: column_lineage_dataset.Fields(_fields(source, [f"{step.table}.{name}"], _IDENTITY))
        for name in tables.table(step.table).column_names
    }
    return column_lineage_dataset.ColumnLineageDatasetFacet(fields, producer=PRODUCER)


def _computed(source: Place) -> column_lineage_dataset.ColumnLineageDatasetFacet:
    """Inputs of a column's expression are direct, those that select its rows indirect."""
    lineage = columns.store_lineage()
    fields = {
        name: column_lineage_dataset.Fields(
            [
                *_fields(source, inputs.made_of, _DIRECT),
                *_fields(source, inputs.chosen_by, _INDIRECT),
            ]
        )
        for name, inputs in lineage.columns.items()
    }
    return column_lineage_dataset.ColumnLineageDatasetFacet(
        fields, _fields(source, lineage.rows, _INDIRECT), producer=PRODUCER
    )


def _fields(
    source: Place,
    names: Iterable[str],
    transformation: column_lineage_dataset.Transformation,
) -> list[column_lineage_dataset.InputField]:
    """Input fields of ``dataset.table.column`` names."""
    fields = []
    for name in names:
        table, _, column = name.rpartition(".")
        fields.append(
            column_lineage_dataset.InputField(
                source.namespace, source.table(table), column, [transformation]
            )
        )
    return fields
