"""Generated regions of a file: the text between two marks is written by the program. Pure.

A mark is a comment, ``generated NAME`` or ``end of generated NAME``; the rest of the file is
written by hand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMAND = "featurestore features generate"
_BEGIN = re.compile(rf"^(?P<indent> *)(?:--|<!--) generated (?P<name>\w+) by `{COMMAND}`(?: -->)?$")


def regenerated(text: str, path: str, regions: Mapping[str, list[str]]) -> str:
    """The text with the lines of each region replaced.

    Args:
        text: The file.
        path: For messages.
        regions: Name to lines without indentation; the file must have exactly these regions.

    Raises:
        BadInput: the file has other regions, or one has no end.
    """
    done: list[str] = []
    waiting = dict(regions)
    lines = iter(text.splitlines())
    for line in lines:
        done.append(line)
        begin = _BEGIN.match(line)
        if not begin:
            continue
        name = begin["name"]
        if name not in waiting:
            raise BadInput(f"{path}: region {name} is unknown, or occurs twice", path=path)
        done += [f"{begin['indent']}{line}".rstrip() for line in waiting.pop(name)]
        end = line.replace(" generated ", " end of generated ").replace(f" by `{COMMAND}`", "")
        for old in lines:
            if old == end:
                done.append(end)
                break
        else:
            raise BadInput(f"{path}: region {name} has no line {end.strip()!r}", path=path)
    if waiting:
        raise BadInput(f"{path}: region {', '.join(waiting)} is missing", path=path)
    return "\n".join(done) + "\n"
