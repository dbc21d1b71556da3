"""An embedded warehouse with a generated league, from which many tests start."""

from __future__ import annotations

from featurestore.definitions import tables
from sync.embedded.warehouse import EmbeddedWarehouse


def league_warehouse(path, made):
    """Every declared table at ``path``, with the league's summaries and injury reports."""
    warehouse = EmbeddedWarehouse(path)
    for table in tables.tables().values():
        warehouse.create(table)
    with warehouse.writer() as con:
        for name, rows in (
            (tables.SUMMARY, made.player_game_summary),
            (tables.INJURIES, made.injury_report),
        ):
            con.register("incoming", rows)
            con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
            con.unregister("incoming")
    return warehouse
