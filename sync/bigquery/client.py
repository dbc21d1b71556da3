"""Builds Google's clients: the only place that handles credentials and addresses."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import google.auth
import grpc
from google.api_core.retry import Retry
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession
from google.cloud import bigquery
from google.cloud.bigquery_storage_v1 import BigQueryReadClient
from google.cloud.bigquery_storage_v1.services.big_query_read.transports import (
    BigQueryReadGrpcTransport,
)
from requests.adapters import HTTPAdapter

from sync import prices
from sync.bigquery.cost import DEFAULT_MAX_BYTES
from sync.bigquery.errors import passes, translated
from sync.errors import BadInput
from sync.prices import Prices

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests
REST_VARIABLE = "BIGQUERY_EMULATOR_HOST"
STORAGE_VARIABLE = "FEATURESTORE_STORAGE_HOST"
POOL_SIZE = 20
SOCKET_SECONDS = (10.0, 120.0)
_SCOPES = ("https://www.googleapis.com/auth/bigquery",)
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to reach a warehouse, and how much may be spent.

    Attributes:
        project: The project of the datasets.
        billing: The project that runs and pays the jobs; empty for ``project``.
        location: The location of the datasets, such as ``US``.
        tokens: ``digest`` compares partitions by content (one scan of the range); ``modified`` by
            rows and last modification (without a scan; a partition that is loaded again with the
            same rows counts as changed).
        max_bytes: The most that a query may scan.
        parallel: Streams that are read at the same time, at most 20.
        timeout_seconds: The longest wait for a request with its retries, a load or a write.
        query_seconds: The longest time for a query, after which it is cancelled on the server.
        datasets: Declared dataset to its name in the project, if the two differ.
        prices: The prices of the bytes.
    """

    project: str
    location: str = "US"
    tokens: str = "digest"
    max_bytes: int = DEFAULT_MAX_BYTES
    parallel: int = 8
    timeout_seconds: float = 600.0
    query_seconds: float = 120.0
    billing: str = ""
    datasets: Mapping[str, str] = field(default_factory=dict)
    prices: Prices = field(default_factory=Prices)

    def __post_init__(self) -> None:
        for name in (self.project, self.billing or self.project):
            if not _PROJECT.fullmatch(name):
                raise BadInput(f"{name!r}: not a project id", project=name)
        if self.tokens not in {"digest", "modified"}:
            raise BadInput(f"tokens={self.tokens}: neither digest nor modified")
        if not 1 <= self.parallel <= POOL_SIZE:
            raise BadInput(f"parallel={self.parallel}: not between 1 and {POOL_SIZE}")

    @classmethod
    def from_url(cls, url: str, datasets: Mapping[str, str] | None = None) -> Settings:
        """``bigquery://PROJECT?location=US&tokens=digest&max_bytes=N&parallel=N&query_seconds=N``.

        ``billing=PROJECT`` names another project that runs and pays the jobs;
        ``query_price=DOLLARS&read_price=DOLLARS&free_tib=N&pricing=slots``: see `Prices`.
        """
        parts = urlsplit(url)
        if parts.scheme != "bigquery" or parts.path.strip("/"):
            raise BadInput(f"{url}: not bigquery://PROJECT?location=US", url=url)
        options = dict(parse_qsl(parts.query))
        known = {"location", "tokens", "max_bytes", "parallel", "query_seconds", "billing"}
        known |= prices.OPTIONS
        if unknown := sorted(options.keys() - known):
            raise BadInput(f"{url}: unknown option {', '.join(unknown)}", url=url)
        try:
            return cls(
                parts.netloc,
                location=options.get("location", "US"),
                tokens=options.get("tokens", "digest"),
                max_bytes=int(options.get("max_bytes", DEFAULT_MAX_BYTES)),
                parallel=int(options.get("parallel", 8)),
                query_seconds=float(options.get("query_seconds", 120.0)),
                billing=options.get("billing", ""),
                datasets=datasets or {},
                prices=Prices.from_options(options),
            )
        except ValueError as error:
            raise BadInput(f"{url}: {error}", url=url) from error

    @property
    def payer(self) -> str:
        """The project that runs and pays the jobs."""
        return self.billing or self.project

    def retry(self) -> Retry:
        """Retries with waits, until a deadline.

        Google's default gives up on a 504 of a gateway, which is as temporary as a 502.
        """
        return Retry(predicate=passes, timeout=self.timeout_seconds)


@dataclass(frozen=True, slots=True)
class Clients:
    """Google's two clients.

    Attributes:
        rest: Jobs, tables and queries.
        storage: The Storage Read API.
        emulated: Whether it is the emulator: no time travel, etags that do not change with the
            rows, and dry runs that execute scripts.
    """

    rest: bigquery.Client
    storage: BigQueryReadClient
    emulated: bool = False

    def close(self) -> None:
        """Close connections."""
        self.rest.close()
        self.storage.transport.close()


def connect(settings: Settings, environment: Mapping[str, str] | None = None) -> Clients:
    """Clients for the real service, or for the emulator that the environment names.

    Raises:
        BadInput: there are no credentials, or only one of the emulator's two addresses.
    """
    environment = os.environ if environment is None else environment
    rest, storage = environment.get(REST_VARIABLE), environment.get(STORAGE_VARIABLE)
    if rest:
        if not storage:
            raise BadInput(
                f"{REST_VARIABLE} is set, {STORAGE_VARIABLE} is not",
                hint=f"set {STORAGE_VARIABLE} to the emulator's gRPC address, host:port",
            )
        return _emulator(settings, rest if "://" in rest else f"http://{rest}", storage)
    with translated(f"project {settings.project}"):
        credentials, _ = google.auth.default(scopes=_SCOPES)
    return Clients(
        bigquery.Client(
            settings.payer,
            credentials=credentials,
            location=settings.location,
            _http=pooled(AuthorizedSession(credentials)),
        ),
        BigQueryReadClient(credentials=credentials),
    )


class PatientAdapter(HTTPAdapter):
    """Sets a timeout for requests without one, so that a silent server does not block forever.

    Google's client sets none for most of its requests.
    """

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Send a request; it may take ``SOCKET_SECONDS`` to connect, and between two bytes."""
        return super().send(request, stream, timeout or SOCKET_SECONDS, verify, cert, proxies)


def pooled(session: requests.Session) -> requests.Session:
    """The session, with enough connections for all streams and jobs."""
    adapter = PatientAdapter(pool_connections=POOL_SIZE, pool_maxsize=POOL_SIZE)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _emulator(settings: Settings, rest: str, storage: str) -> Clients:
    nobody = AnonymousCredentials()
    channel = grpc.insecure_channel(
        storage,
        options=[
            ("grpc.max_receive_message_length", -1),
            ("grpc.max_send_message_length", -1),
        ],
    )
    return Clients(
        bigquery.Client(
            settings.payer,
            credentials=nobody,
            location=settings.location,
            client_options={"api_endpoint": rest},
            _http=pooled(AuthorizedSession(nobody)),
        ),
        BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=channel)),
        emulated=True,
    )
