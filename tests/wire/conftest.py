"""A BigQuery emulator in a separate process, and warehouses that use it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import make_emulator_venv
import pyarrow as pa
import pytest
import requests
from crash_lab import executioner, states
from filelock import FileLock
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession
from google.cloud import bigquery
from google.cloud.bigquery_storage_v1 import BigQueryReadClient, types
from google.cloud.bigquery_storage_v1.services.big_query_read.transports import (
    BigQueryReadGrpcTransport,
)
from requests.adapters import HTTPAdapter

from sync.bigquery import BigQueryWarehouse, Clients, Settings
from sync.bigquery.client import REST_VARIABLE, STORAGE_VARIABLE, connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["executioner", "states"]

HERE = Path(__file__).parent


def _environment() -> Path:
    with FileLock(make_emulator_venv.ROOT / ".venv-emulator.lock"):
        return make_emulator_venv.make()


@pytest.fixture(scope="session")
def emulator() -> Iterator[dict[str, str]]:
    """The variables that name a running emulator; it ends when its standard input closes."""
    process = subprocess.Popen(
        [_environment(), HERE / "emulator_server.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    ports = next((line for line in process.stdout if line.startswith('{"rest"')), None)
    assert ports is not None, "the emulator did not start"
    addresses = json.loads(ports)
    yield {REST_VARIABLE: addresses["rest"], STORAGE_VARIABLE: addresses["grpc"]}
    process.stdin.close()
    process.wait(30)
    process.stdout.close()


@pytest.fixture
def warehouse(emulator: dict[str, str]) -> Iterator[BigQueryWarehouse]:
    """An empty project on the emulator."""
    settings = Settings(f"project-{uuid.uuid4().hex[:8]}", timeout_seconds=60)
    with BigQueryWarehouse(settings, connect(settings, emulator)) as warehouse:
        yield warehouse


@dataclass
class Fault:
    """What happens to the next ``times`` requests whose method and URL contain these texts.

    ``status`` answers with BigQuery's error body and sends nothing, ``text`` with a gateway's page
    in its place; ``is_reset`` breaks the connection before anything is sent. Without any of them
    the request is sent, and its reply is lost.
    """

    method: str
    part: str
    status: int | None = None
    reason: str = ""
    message: str = "scripted"
    times: int = 1
    body: dict[str, object] | None = None
    text: str = ""
    is_reset: bool = False


class Faults(HTTPAdapter):
    """The wire under Google's REST client: faults first, then the real server if there is one."""

    def __init__(self, *, server: bool) -> None:
        super().__init__(pool_connections=20, pool_maxsize=20)
        self.server = server
        self.faults: list[Fault] = []
        self.sent: list[tuple[str, str, str]] = []

    def add(self, *faults: Fault) -> None:
        self.faults += faults

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        body = request.body if isinstance(request.body, str | bytes) else b""
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        self.sent.append((str(request.method), str(request.url), text))
        fault = self._next(request)
        if fault is not None and fault.is_reset:
            raise requests.ConnectionError("scripted: connection reset by peer")
        if fault is not None and (fault.status or fault.body):
            return _reply(request, fault)
        if not self.server:
            raise AssertionError(f"unexpected request: {request.method} {request.url}")
        reply = super().send(request, *args, **kwargs)
        if fault is not None:
            reply.close()
            raise requests.ConnectionError("scripted: the reply was lost")
        return reply

    def _next(self, request: requests.PreparedRequest) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method == request.method and fault.part in str(request.url):
                fault.times -= 1
                return fault
        return None


def _reply(request: requests.PreparedRequest, fault: Fault) -> requests.Response:
    body = fault.body
    if body is None:
        detail = {"reason": fault.reason, "message": fault.message, "domain": "global"}
        error = {"code": fault.status, "message": fault.message, "errors": [detail]}
        body = {"error": error}
    reply = requests.Response()
    reply.status_code = fault.status or 200
    kind = "text/html" if fault.text else "application/json"
    reply.headers["content-type"] = f"{kind}; charset=UTF-8"
    reply.raw = io.BytesIO((fault.text or json.dumps(body)).encode())
    reply.request = request
    reply.url = str(request.url)
    return reply


def _rest(project: str, wire: Faults, endpoint: str) -> bigquery.Client:
    nobody = AnonymousCredentials()
    # Nobody's credentials cannot be refreshed.
    session = AuthorizedSession(nobody, refresh_status_codes=())
    session.mount("http://", wire)
    return bigquery.Client(
        project,
        credentials=nobody,
        location="US",
        client_options={"api_endpoint": endpoint},
        _http=session,
    )


@pytest.fixture
def scripted() -> Iterator[tuple[BigQueryWarehouse, Faults]]:
    """A warehouse without a server: every reply is scripted, any other request fails the test."""
    wire = Faults(server=False)
    rest = _rest("project", wire, "http://scripted.invalid")
    channel = grpc.insecure_channel("localhost:1")
    storage = BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=channel))
    settings = Settings("project", timeout_seconds=5)
    with BigQueryWarehouse(settings, Clients(rest, storage)) as warehouse:
        yield warehouse, wire


@pytest.fixture
def faulty(emulator: dict[str, str]) -> Iterator[tuple[BigQueryWarehouse, Faults]]:
    """A warehouse on the emulator, with a wire that loses replies on request."""
    settings = Settings(f"project-{uuid.uuid4().hex[:8]}", timeout_seconds=60)
    clients = connect(settings, emulator)
    wire = Faults(server=True)
    rest = _rest(settings.project, wire, emulator[REST_VARIABLE])
    clients.rest.close()
    with BigQueryWarehouse(settings, Clients(rest, clients.storage, emulated=True)) as warehouse:
        yield warehouse, wire


@dataclass
class Break:
    """What happens to the next ``times`` calls of a method: an error after some of its messages."""

    method: str
    code: grpc.StatusCode
    message: str = "scripted"
    after: int = 0
    times: int = 1
    stream: str = ""


class Tunnel(grpc.GenericRpcHandler):
    """The Storage Read API between client and emulator, which breaks on request.

    Messages hold at most ten rows, a stream goes on at the offset that is asked for, as the
    documents say: the emulator sends large messages from the start.
    """

    def __init__(self, target: str) -> None:
        self._channel = grpc.insecure_channel(target)
        self.breaks: list[Break] = []
        self.asked: list[tuple[str, int]] = []
        self.delay_seconds = 0.0
        self.empty_stream = False

    def service(self, details: Any) -> Any:
        if details.method.endswith("/ReadRows"):
            return grpc.unary_stream_rpc_method_handler(self._rows)
        return grpc.unary_unary_rpc_method_handler(partial(self._session, details.method))

    def close(self) -> None:
        self._channel.close()

    def _session(self, method: str, request: bytes, context: Any) -> bytes:
        self.asked.append((method.rpartition("/")[2], 0))
        if broken := self._next("CreateReadSession"):
            context.abort(broken.code, broken.message)
        reply = self._channel.unary_unary(method)(request, timeout=30)
        if self.empty_stream:
            opened = types.ReadSession.deserialize(reply)
            opened.streams.append(types.ReadStream(name=f"{opened.name}/streams/empty"))
            reply = types.ReadSession.serialize(opened)
        return reply

    def _rows(self, request: bytes, context: Any) -> Iterator[bytes]:
        asked = types.ReadRowsRequest.deserialize(request)
        self.asked.append((asked.read_stream, asked.offset))
        broken = self._next("ReadRows", asked.read_stream)
        messages = () if asked.read_stream.endswith("/empty") else self._messages(asked)
        for number, message in enumerate(messages):
            if broken and number == broken.after:
                context.abort(broken.code, broken.message)
            time.sleep(self.delay_seconds)
            yield types.ReadRowsResponse.serialize(message)
        if broken:
            context.abort(broken.code, broken.message)

    def _messages(self, asked: types.ReadRowsRequest) -> Iterator[types.ReadRowsResponse]:
        method = "/google.cloud.bigquery.storage.v1.BigQueryRead/ReadRows"
        ask = types.ReadRowsRequest.serialize(asked)
        schema, row = None, 0
        for reply in self._channel.unary_stream(method)(ask, timeout=30):
            whole = types.ReadRowsResponse.deserialize(reply)
            if schema is None:
                schema = pa.ipc.read_schema(pa.py_buffer(whole.arrow_schema.serialized_schema))
            data = pa.py_buffer(whole.arrow_record_batch.serialized_record_batch)
            batch = pa.ipc.read_record_batch(data, schema)
            for start in range(0, batch.num_rows, 10):
                part = batch.slice(start, 10)
                row += part.num_rows
                if row > asked.offset:
                    message = types.ArrowRecordBatch(
                        serialized_record_batch=part.serialize().to_pybytes()
                    )
                    yield types.ReadRowsResponse(
                        arrow_record_batch=message, row_count=part.num_rows
                    )

    def _next(self, method: str, stream: str = "") -> Break | None:
        for broken in self.breaks:
            if broken.times and broken.method == method and broken.stream in stream:
                broken.times -= 1
                return broken
        return None


@pytest.fixture
def tunnelled(emulator: dict[str, str]) -> Iterator[tuple[BigQueryWarehouse, Tunnel]]:
    """A warehouse on the emulator whose rows are read through a tunnel."""
    tunnel = Tunnel(emulator[STORAGE_VARIABLE])
    server = grpc.server(ThreadPoolExecutor(8), handlers=[tunnel])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    settings = Settings(f"project-{uuid.uuid4().hex[:8]}", timeout_seconds=5)
    through = {**emulator, STORAGE_VARIABLE: f"127.0.0.1:{port}"}
    with BigQueryWarehouse(settings, connect(settings, through)) as warehouse:
        yield warehouse, tunnel
    server.stop(None).wait()
    tunnel.close()


@pytest.fixture
def broken() -> Callable[..., Break]:
    """Makes a break; tests cannot import this file."""
    return Break


@pytest.fixture
def fault() -> Callable[..., Fault]:
    """Makes a fault; tests cannot import this file."""
    return Fault
