"""The comments of one pull request behind a Unix socket, as ``gh`` asks for them."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ISSUES = "/repos/ann/featurestore/issues"
PAGE = 2


@contextmanager
def served(socket: Path, comments: list[dict[str, Any]]) -> Iterator[list[str]]:
    """Serve the comments, which requests change; yields the requests so far."""
    requests: list[str] = []
    names = {"comments": comments, "requests": requests}
    handler = type("PullRequest", (Handler,), names)
    with socketserver.ThreadingUnixStreamServer(str(socket), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield requests
        server.shutdown()


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    comments: list[dict[str, Any]]
    requests: list[str]

    def do_GET(self) -> None:
        """Two comments a page, whatever is asked for, and a link to the next page."""
        self._note()
        path, _, query = self.path.partition("?")
        assert path == f"{ISSUES}/7/comments"
        page = int(dict(one.split("=") for one in query.split("&")).get("page", "1"))
        url = f"https://api.github.com{path}?per_page=100&page={page + 1}"
        is_last = page * PAGE >= len(self.comments)
        self._answer(
            self.comments[(page - 1) * PAGE : page * PAGE],
            {} if is_last else {"Link": f'<{url}>; rel="next"'},
        )

    def do_POST(self) -> None:
        """A new comment."""
        self._note()
        assert self.path == f"{ISSUES}/7/comments"
        author = {"login": "github-actions[bot]"}
        self.comments.append({"id": 100 + len(self.comments), "user": author, **self._body()})
        self._answer(self.comments[-1], {})

    def do_PATCH(self) -> None:
        """A comment's new text."""
        self._note()
        (found,) = (c for c in self.comments if self.path == f"{ISSUES}/comments/{c['id']}")
        found.update(self._body())
        self._answer(found, {})

    def _note(self) -> None:
        assert self.headers["Authorization"] == "token secret"
        self.requests.append(f"{self.command} {self.path}")

    def _body(self) -> dict[str, str]:
        body: dict[str, str] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert body.keys() == {"body"}
        return body

    def _answer(self, value: object, headers: dict[str, str]) -> None:
        text = json.dumps(value).encode()
        self.send_response(200)
        for name, content in {**headers, "Content-Type": "application/json"}.items():
            self.send_header(name, content)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def address_string(self) -> str:
        """A Unix socket's peer has none."""
        return "gh"

    def log_message(self, *words: object) -> None:
        """Nothing is printed."""
