"""The prices of BigQuery's bytes: list prices, or those in the warehouse's address. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from sync.errors import BadInput
from sync.identity import DEFAULT_LOCATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TIB = 1024**4
# BigQuery pricing, on demand, in the multi-regions US and EU (2025). Load jobs are free.
QUERY_DOLLARS_PER_TIB = 6.25
# Storage Read API, US (2025).
READ_DOLLARS_PER_TIB = 1.10
OPTIONS = frozenset({"query_price", "read_price", "free_tib", "pricing"})
_LISTED = frozenset({"US", "EU"})


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of the bytes of a warehouse's jobs.

    Attributes:
        query: Dollars per TiB that queries are billed for on demand.
        read: Dollars per TiB that the Storage Read API reads.
        free_tib: TiB of queries that are free in a calendar month; in BigQuery's pricing one for
            each billing account.
        pricing: ``bytes``, on demand; or ``slots``, if queries run in a reservation: slot hours are
            billed, and the bytes of a query have no price.
        is_listed: Whether ``query`` is known to be the list price of the warehouse's location.
    """

    query: float = QUERY_DOLLARS_PER_TIB
    read: float = READ_DOLLARS_PER_TIB
    free_tib: float = 0.0
    pricing: str = "bytes"
    is_listed: bool = True

    def __post_init__(self) -> None:
        for name, value in (
            ("query_price", self.query),
            ("read_price", self.read),
            ("free_tib", self.free_tib),
        ):
            if not (math.isfinite(value) and value >= 0):
                raise BadInput(f"{name}={value}: must be a number, at least 0")
        if self.pricing not in {"bytes", "slots"}:
            raise BadInput(f"pricing={self.pricing}: neither bytes nor slots")

    @classmethod
    def from_options(cls, options: Mapping[str, str]) -> Prices:
        """From the options of an address.

        Raises:
            BadInput: a price is not a number, or negative, or ``pricing`` is unknown.
        """
        numbers = {}
        defaults = {"query_price": QUERY_DOLLARS_PER_TIB, "read_price": READ_DOLLARS_PER_TIB}
        for name in ("query_price", "read_price", "free_tib"):
            try:
                numbers[name] = float(options.get(name, defaults.get(name, 0.0)))
            except ValueError as error:
                raise BadInput(f"{name}={options[name]}: must be a number, at least 0") from error
        location = options.get("location", DEFAULT_LOCATION).upper()
        return cls(
            query=numbers["query_price"],
            read=numbers["read_price"],
            free_tib=numbers["free_tib"],
            pricing=options.get("pricing", "bytes"),
            is_listed="query_price" in options or location in _LISTED,
        )

    @classmethod
    def from_url(cls, url: str) -> Prices:
        """From a warehouse's address; see `from_options`."""
        return cls.from_options(dict(parse_qsl(urlsplit(url).query)))

    def dollars(self, billed: Iterable[tuple[str, int]], free_bytes: int = 0) -> float:
        """The cost of billed bytes by kind of job (``query``, ``load``, ``read``).

        Args:
            billed: Kinds and bytes.
            free_bytes: Bytes of queries that cost nothing.
        """
        queries = reads = 0
        for kind, size in billed:
            queries += size if kind == "query" else 0
            reads += size if kind == "read" else 0
        paid = 0 if self.pricing == "slots" else max(queries - free_bytes, 0)
        return paid / TIB * self.query + reads / TIB * self.read

    @property
    def basis(self) -> str:
        """The prices behind `dollars`, as text."""
        if self.pricing == "slots":
            return f"queries run in slots, their bytes have no price; reads at {self.read:g} a TiB"
        basis = f"queries at {self.query:g} a TiB"
        if not self.is_listed:
            basis += ", the price of US and EU: set ?query_price= to your region's"
        return basis
