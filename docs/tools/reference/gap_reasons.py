"""The reasons of gaps, from the header of the statement that decides them."""

from __future__ import annotations

import re

from docs.tools.reference.markdown import code, table
from featurestore.definitions import sql_files
from featurestore.gaps.explain import FIXES

STATEMENT = "sql/checks/store_gap.sql"
_REASON = re.compile(r"^--   (\w+)  +(\S.*(?:\n--    +\S.*)*)", re.MULTILINE)


def page() -> str:
    """Each reason with its meaning and the option of `backfill` that repairs it."""
    text = (sql_files.sql_root() / "checks/store_gap.sql").read_text("utf-8")
    meanings = {
        reason: re.sub(r"\s*\n-- +", " ", meaning) for reason, meaning in _REASON.findall(text)
    }
    assert set(meanings) == set(FIXES), f"{STATEMENT}: its header explains {sorted(meanings)}"
    rows = [
        (code(reason), meaning, code(f"backfill {FIXES[reason]}"))
        for reason, meaning in meanings.items()
    ]
    return f"""\
`featurestore gaps audit` finds what is missing or wrong in the store, and logs one reason per
player and date: the first of these that applies. `featurestore gaps explain PLAYER DATE` follows
a row through every step, and prints the command that repairs it.

{table(["reason", "meaning", "repaired by"], rows)}"""
