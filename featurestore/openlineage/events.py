"""Builds OpenLineage events. Reads definitions only; no row of any table."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

import duckdb
from openlineage.client.event_v2 import (
    InputDataset,
    Job,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
)
from openlineage.client.facet_v2 import (
    error_message_run,
    external_query_run,
    job_type_job,
    nominal_time_run,
    parent_run,
    processing_engine_run,
    sql_job,
    tags_run,
)

from featurestore.compute import plan
from featurestore.openlineage import places
from featurestore.openlineage.datasets import PRODUCER, inputs_of, output_of

if TYPE_CHECKING:
    from datetime import date

    from openlineage.client.facet_v2 import JobFacet, RunFacet

    from featurestore.config import Settings
    from featurestore.openlineage.places import Place
    from featurestore.openlineage.transition import Job as Known
    from featurestore.openlineage.transition import Transition
    from sync.model import DateRange

INTEGRATION = "FEATURESTORE"


def event(transition: Transition, settings: Settings) -> RunEvent:
    """The event of one change of state.

    Columns, their lineage, row counts and the SQL are part of COMPLETE only.
    """
    step = transition.step
    inputs: list[InputDataset] = []
    outputs: list[OutputDataset] = []
    warehouse = None
    if step is not None:
        if step.warehouse is not None:
            warehouse = places.warehouse_place(step.warehouse, settings.datasets)
        source, target = places.source_and_target(step, places.replica_place(settings), warehouse)
        inputs = inputs_of(step, source, transition.outcome)
        outputs = [output_of(step, source, target, transition.outcome)]
    return RunEvent(
        eventType=RunState[transition.state],
        eventTime=transition.at.isoformat(),
        producer=PRODUCER,
        run=Run(transition.job.id, _run_facets(transition, warehouse)),
        job=Job(transition.job.namespace, transition.job.name, _job_facets(transition)),
        inputs=inputs,
        outputs=outputs,
    )


def _run_facets(transition: Transition, warehouse: Place | None) -> dict[str, RunFacet]:
    facets: dict[str, RunFacet] = {
        "nominalTime": _nominal_time(transition.dates),
        "processing_engine": _engine(transition, warehouse),
        "tags": tags_run.TagsRunFacet(
            [tags_run.TagsRunFacetFields("featurestore_run", transition.run_id, INTEGRATION)],
            producer=PRODUCER,
        ),
    }
    if transition.parent is not None:
        facets["parent"] = _parent(transition.parent, transition.root or transition.parent)
    if transition.error:
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(
            f"{transition.job.name} {transition.dates}: {transition.error};"
            f" run_id {transition.run_id}",
            "PYTHON",
            producer=PRODUCER,
        )
    job_id = transition.outcome.job_id if transition.outcome else ""
    if job_id and warehouse is not None and warehouse.namespace == places.BIGQUERY:
        facets["externalQuery"] = external_query_run.ExternalQueryRunFacet(
            warehouse.query(job_id), places.BIGQUERY, producer=PRODUCER
        )
    return facets


def _job_facets(transition: Transition) -> dict[str, JobFacet]:
    facets: dict[str, JobFacet] = {
        "jobType": job_type_job.JobTypeJobFacet(
            "BATCH", INTEGRATION, transition.verb.upper(), producer=PRODUCER
        )
    }
    if transition.verb == "compute" and transition.state == "COMPLETE":
        facets["sql"] = sql_job.SQLJobFacet(plan.features_sql(), places.BIGQUERY, producer=PRODUCER)
    return facets


def _nominal_time(dates: DateRange) -> nominal_time_run.NominalTimeRunFacet:
    """From the start of the first date to the end of the last one, which is excluded."""
    return nominal_time_run.NominalTimeRunFacet(
        _midnight(dates.start), _midnight(dates.end + timedelta(days=1)), producer=PRODUCER
    )


def _midnight(day: date) -> str:
    return f"{day}T00:00:00Z"


def _engine(
    transition: Transition, warehouse: Place | None
) -> processing_engine_run.ProcessingEngineRunFacet:
    """The engine that computes or writes; BigQuery has no version."""
    is_bigquery = warehouse is not None and warehouse.namespace == places.BIGQUERY
    name, number = "DuckDB", duckdb.__version__
    if is_bigquery and transition.verb != "pull":
        name, number = "BigQuery", "managed"
    return processing_engine_run.ProcessingEngineRunFacet(
        number, name, version("featurestore"), producer=PRODUCER
    )


def _parent(parent: Known, root: Known) -> parent_run.ParentRunFacet:
    return parent_run.ParentRunFacet(
        parent_run.Run(parent.id),
        parent_run.Job(parent.namespace, parent.name),
        parent_run.Root(parent_run.RootRun(root.id), parent_run.RootJob(root.namespace, root.name)),
        producer=PRODUCER,
    )
