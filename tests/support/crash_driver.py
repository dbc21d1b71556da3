"""Runs commands of featurestore, each in a separate process that kills itself at one point.

    python crash_driver.py '{"call": "sync.transfer.outbox_files:_complete"}' push --season 2024-25
    python crash_driver.py --serve

The second form takes a JSON object a line from standard input (``point``, ``words``, ``folder``,
``environment``, ``output``), forks for each, and answers with the exit code, or the negative
number of the signal that ended the process: what every command imports is imported once.

The point is a JSON object with one of

    call   ``module:name`` or ``module:Class.name``: a function
    sql    part of a statement that a DuckDB connection executes
    http   part of ``METHOD URL BODY`` of a request
    batch  the table whose record batches arrive

and optionally ``when`` (before or after, by default before), ``nth`` (1), ``file`` (part of the
database file's name, for ``sql``), ``pause`` (seconds to wait there, in the place of death) and
``set`` (``module:name`` to value, done at the start). An empty object runs the command undisturbed.
Nothing of it is part of the product.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import signal
import sys
import time
from contextlib import contextmanager

POINT = {}
MET = 0


def die():
    if "pause" in POINT:
        time.sleep(POINT["pause"])
    else:
        os.kill(os.getpid(), signal.SIGKILL)


def meet():
    """True when this is the occurrence that was asked for."""
    global MET
    MET += 1
    return POINT.get("nth", 1) == MET


def lethal(original, matches=lambda *_args, **_named: True):
    """The function, with death before or after the call that matches."""

    @functools.wraps(original)
    def call(*args, **named):
        hit = matches(*args, **named) and meet()
        if hit and POINT.get("when", "before") == "before":
            die()
        result = original(*args, **named)
        if hit:
            die()
        return result

    return call


def locate(path):
    """The holder of a dotted name, and the last part of the name."""
    module, _, name = path.partition(":")
    holder = importlib.import_module(module)
    *parents, last = name.split(".")
    for parent in parents:
        holder = getattr(holder, parent)
    return holder, last


def text(statement):
    """A statement as it was written, parsed or not."""
    return getattr(statement, "query", statement)


class Watched:
    """A DuckDB connection that passes everything on."""

    def __init__(self, con):
        self._con = con
        self.execute = lethal(
            con.execute, lambda statement, *_: POINT["sql"] in " ".join(text(statement).split())
        )

    def __getattr__(self, name):
        return getattr(self._con, name)


def watch_sql():
    from sync.duck import connections

    original = connections.opened

    @contextmanager
    def opened(path, **named):
        with original(path, **named) as con:
            is_watched = not named.get("read_only") and POINT.get("file", "") in str(path)
            yield Watched(con) if is_watched else con

    connections.opened = opened


def watch_http():
    from requests.adapters import HTTPAdapter

    def matches(_self, request, *_args, **_named):
        body = request.body if isinstance(request.body, str | bytes) else b""
        text = body if isinstance(body, str) else body.decode("utf-8", "replace")
        return all(part in f"{request.method} {request.url} {text}" for part in POINT["http"])

    HTTPAdapter.send = lethal(HTTPAdapter.send, matches)


def watch_batches():
    from sync.duck import watched_stream

    class Stream(watched_stream.WatchedStream):
        def __init__(self, source):
            super().__init__(source)
            self._original = super()._batches

        def _batches(self):
            for batch in self._original():
                if meet():
                    die()
                yield batch

    watched_stream.WatchedStream = Stream


def run(point, words):
    """The whole command line, as ``python -m featurestore`` runs it."""
    POINT.update(point)
    sys.argv = ["featurestore", *words]
    for path, value in POINT.get("set", {}).items():
        setattr(*locate(path), value)
    if "call" in POINT:
        holder, name = locate(POINT["call"])
        setattr(holder, name, lethal(getattr(holder, name)))
    if "sql" in POINT:
        watch_sql()
    if "http" in POINT:
        watch_http()
    if "batch" in POINT:
        watch_batches()
    from featurestore.cli import main

    main()


def run_forked(task):
    output = os.open(task["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(task["folder"])
    os.environ.update(task["environment"])
    code = 1
    try:
        run(task["point"], task["words"])
    except SystemExit as end:
        code = end.code or 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve():
    # All that takes time and opens nothing: a process may fork as long as it has no threads.
    for module in ("backfill.run", "compute.local", "cli.app", "run_history"):
        importlib.import_module(f"featurestore.{module}")
    for module in ("sync.embedded.warehouse", "sync.bigquery", "sync.embedded.load"):
        importlib.import_module(module)
    importlib.import_module("featurestore.compute.plan").steps()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            run_forked(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve()
    else:
        run(json.loads(sys.argv[1]), sys.argv[2:])
