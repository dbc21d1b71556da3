"""The rules of ``featurestore lint``, each with a code and a page in ``docs/rules``. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from featurestore.bounds.finding import Finding

CODES = {
    "syntax": "FS001",
    "googlesql": "FS002",
    "unreadable": "FS003",
    "size": "FS004",
    "file": "FS005",
    "unbounded": "FS101",
    "lookback": "FS102",
    "leak-frame": "FS201",
    "leak-join": "FS202",
    "leak-aggregate": "FS203",
    "allow-without-reason": "FS204",
    "leak-clock": "FS205",
    "unproven": "FS301",
    "relation": "FS401",
}
"""Code of each rule; a code is never reused."""

SUMMARIES = {
    "syntax": "Text that is not GoogleSQL.",
    "googlesql": "A name or type that does not fit the known tables.",
    "unreadable": "A statement of an unknown form that names a partitioned table.",
    "size": "A statement that is too long or nested too deeply.",
    "file": "A file that cannot be read as text or as Python.",
    "unbounded": "A scan of a partitioned table without a constant bound.",
    "lookback": "A header whose lookback is not what the statement reads.",
    "leak-frame": "A window over results that includes the row's own game.",
    "leak-join": "Rows joined with results of the same date.",
    "leak-aggregate": "Results aggregated without a bound below the date they are used for.",
    "allow-without-reason": "A comment that allows a leak without a reason.",
    "leak-clock": "Rows that became known after the game are read as well.",
    "unproven": "A construct without a proven translation.",
    "relation": "A relation whose header or name does not fit its statement and its neighbours.",
}
"""What each rule reports: the first sentence of its page."""


def selected(
    findings: Iterable[Finding], select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> list[Finding]:
    """The findings whose rule is selected and not ignored.

    Args:
        findings: Any.
        select: Codes, beginnings of codes (``FS2``) or names of rules; none selects all.
        ignore: The same; overrides ``select``.

    Raises:
        BadInput: one of them is not the code or name of a rule.
    """
    kept = _rules(select, "--select") if select else set(CODES)
    left_out = _rules(ignore, "--ignore")
    return [one for one in findings if one.rule in kept and one.rule not in left_out]


def _rules(patterns: Sequence[str], option: str) -> set[str]:
    rules: set[str] = set()
    for pattern in (part.strip() for text in patterns for part in text.split(",")):
        match = {
            rule
            for rule, code in CODES.items()
            if rule == pattern or (pattern[:2] == "FS" and code.startswith(pattern))
        }
        if not match:
            raise BadInput(f"{option} {pattern}: not a rule", hint=f"rules: {' '.join(_known())}")
        rules |= match
    return rules


def _known() -> list[str]:
    return [f"{code} ({rule})" for rule, code in CODES.items()]
