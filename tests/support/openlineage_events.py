"""A receiver of OpenLineage events, and a check of an event against the library's own classes.

The library ships no JSON Schema. Its classes are generated from the published ones, but check few
values themselves: so each object of an event is compared with the fields and types of the class
that its ``_schemaURL`` names.
"""

from __future__ import annotations

import json
import threading
import time
import types
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

import attr
from openlineage.client import event_v2, facet_v2

if TYPE_CHECKING:
    from collections.abc import Iterator

_FACETS = {
    member._get_schema(): member
    for module in vars(facet_v2).values()
    if isinstance(module, types.ModuleType)
    for member in vars(module).values()
    if isinstance(member, type) and issubclass(member, facet_v2.BaseFacet)
}
_BASES = {
    "run": facet_v2.RunFacet,
    "job": facet_v2.JobFacet,
    "dataset": facet_v2.DatasetFacet,
    "input": facet_v2.InputDatasetFacet,
    "output": facet_v2.OutputDatasetFacet,
}


class Receiver:
    """An HTTP server that keeps what is posted, each after some seconds.

    ``silent``: it never answers.
    """

    def __init__(self, *, silent: bool = False, seconds: float = 0.0) -> None:
        self.events: list[dict[str, Any]] = []
        self.asked = threading.Event()
        self._released = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.asked.set()
                if silent:
                    receiver._released.wait(60)
                    return
                time.sleep(seconds)
                receiver.events.append({"path": self.path, **json.loads(body)})
                self.send_response(201)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing on stderr."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @contextmanager
    def running(self) -> Iterator[Receiver]:
        self._thread.start()
        try:
            yield self
        finally:
            self._released.set()
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


def require_valid(event: dict[str, Any]) -> None:
    """Fail on an object that its class would not have."""
    facets = [("run", event["run"].pop("facets", {})), ("job", event["job"].pop("facets", {}))]
    for place, kind in (("inputs", "input"), ("outputs", "output")):
        for dataset in event[place]:
            facets += [("dataset", dataset.pop("facets", {}))]
            facets += [(kind, dataset.pop(f"{kind}Facets", {}))]
    event.pop("path", None)
    require_type(event, event_v2.RunEvent, "event")
    for kind, named in facets:
        for name, facet in named.items():
            known = _FACETS[facet["_schemaURL"]]
            assert issubclass(known, _BASES[kind]), f"{name}: no facet of a {kind}"
            require_type(facet, known, name)


def require_type(value: Any, wanted: Any, where: str) -> None:
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        wanted = next(one for one in get_args(wanted) if one is not type(None))
        origin = get_origin(wanted)
    if origin is list:
        assert isinstance(value, list), where
        for place, one in enumerate(value):
            require_type(one, get_args(wanted)[0], f"{where}[{place}]")
    elif origin is dict:
        for key, one in value.items():
            require_type(one, get_args(wanted)[1], f"{where}.{key}")
    elif attr.has(wanted):
        require_fields(value, wanted, where)
    elif wanted is event_v2.RunState:
        assert value in wanted.__members__, where
    else:
        assert type(value) is wanted, f"{where}: {value!r} is no {wanted}"


def require_fields(value: dict[str, Any], wanted: Any, where: str) -> None:
    hints = get_type_hints(wanted)
    fields = {field.name: field for field in attr.fields(wanted)}
    assert set(value) <= set(fields), f"{where}: {set(value) - set(fields)}"
    needed = {name for name, field in fields.items() if field.default is attr.NOTHING}
    assert needed <= set(value), f"{where}: {needed - set(value)}"
    for name, one in value.items():
        require_type(one, hints[name], f"{where}.{name}")
