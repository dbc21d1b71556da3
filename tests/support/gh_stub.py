#!/usr/bin/env python3
"""``gh api`` on the comments of one pull request, in a file; the network's edge of a workflow.

tests/examples sends the same requests with the program itself.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

STATE = Path(os.environ["GH_STUB_COMMENTS"])
ISSUES = "repos/ann/featurestore/issues"
MINE = (
    '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith('
    '"<!-- featurestore diff -->"))) | .id'
)
AUTHOR = {"login": "github-actions[bot]"}


def main(words: list[str]) -> None:
    assert os.environ["GH_TOKEN"]
    comments = json.loads(STATE.read_text())
    match words:
        case ["api", "--paginate", path, "--jq", query]:
            assert (path, query) == (f"{ISSUES}/7/comments?per_page=100", MINE)
            for one in comments:
                if one["user"] == AUTHOR and one["body"].startswith("<!-- featurestore diff -->"):
                    sys.stdout.write(f"{one['id']}\n")
        case ["api", "--silent", "--method", "POST", path, "--field", field]:
            assert path == f"{ISSUES}/7/comments"
            number = 1 + max(one["id"] for one in comments)
            comments.append({"id": number, "user": AUTHOR, "body": _body(field)})
        case ["api", "--silent", "--method", "PATCH", path, "--field", field]:
            (comment,) = (one for one in comments if path == f"{ISSUES}/comments/{one['id']}")
            comment["body"] = _body(field)
        case _:
            raise AssertionError(words)
    STATE.write_text(json.dumps(comments))


def _body(field: str) -> str:
    name, file = field.split("=@")
    text = Path(file).read_text(encoding="utf-8")
    assert (name, len(text) <= 65_536) == ("body", True)
    return text


if __name__ == "__main__":
    main(sys.argv[1:])
