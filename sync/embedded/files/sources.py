"""Finds the files of a load, and makes each readable: folders, hive columns, gzip."""

from __future__ import annotations

import gzip
import shutil
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ENDINGS = (".csv", ".csv.gz", ".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz",
           ".parquet")  # fmt: skip
# The first bytes of files whose content is not what their name says.
_MAGIC = {
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "compressed with gzip",
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
}
_HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to load.

    Attributes:
        file: Its path.
        kind: ``csv``, ``json``, ``jsonl``, ``ndjson`` or ``parquet``.
        compressed: Whether it is compressed with gzip.
        from_folder: Whether it comes from a named folder; it may then have no rows.
        folder_values: Values in the names of the folders directly above it, such as
            ``game_date=2024-10-22``; None for Hive's NULL.
    """

    file: Path
    kind: str
    compressed: bool = False
    from_folder: bool = False
    folder_values: Mapping[str, str | None] = field(default_factory=dict)


def find_sources(paths: Sequence[Path]) -> tuple[list[Source], list[Path]]:
    """The files to read, in order, and those that were named again, under any name.

    Files in a folder, and in folders below it, are in the order of their paths; names that begin
    with ``.`` or ``_`` are markers of other programs, and left out.

    Raises:
        BadInput: a path does not exist, a folder has no files, or an ending is unknown.
    """
    sources: list[Source] = []
    repeated: list[Path] = []
    seen: set[tuple[int, int]] = set()
    for path in paths:
        for file in _files(path):
            stat = file.stat()
            if (stat.st_dev, stat.st_ino) in seen:
                repeated.append(file)
                continue
            seen.add((stat.st_dev, stat.st_ino))
            sources.append(_source(file, from_folder=file != path))
    return sources, repeated


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        inside = [
            file
            for file in sorted(path.rglob("*"))
            if file.is_file()
            and not any(part.startswith((".", "_")) for part in file.relative_to(path).parts)
        ]
        if not inside:
            raise BadInput(f"{path}: the folder has no files", hint=f"ls -a {path}", file=str(path))
        return inside
    if not path.is_file():
        raise BadInput(f"{path}: no such file", hint=f"ls {path.parent}", file=str(path))
    return [path]


def _source(file: Path, *, from_folder: bool) -> Source:
    name = file.name.lower()
    ending = max((end for end in ENDINGS if name.endswith(end)), key=len, default=None)
    if ending is None:
        raise BadInput(
            f"{file}: the name ends with none of {', '.join(ENDINGS)}",
            hint="convert the file to Parquet or CSV, or rename it",
            file=str(file),
        )
    compressed = ending.endswith(".gz")
    kind = ending.removesuffix(".gz").removeprefix(".")
    return Source(file, kind, compressed, from_folder, _folder_values(file))


def _folder_values(file: Path) -> dict[str, str | None]:
    """The consecutive ``name=value`` folders directly above the file; names in lower case."""
    values: dict[str, str | None] = {}
    for folder in file.absolute().parents:
        name, equals, value = folder.name.partition("=")
        if not (equals and name):
            break
        values.setdefault(name.lower(), None if value == _HIVE_NULL else unquote(value))
    return values


@contextmanager
def readable(source: Source) -> Iterator[Path]:
    """The file's path, or that of an uncompressed copy, which is deleted afterwards.

    A copy, because a reader of a damaged gzip file might stop early without an error.

    Raises:
        BadInput: the file is empty, cannot be read or decompressed, or is of another kind.
    """
    try:
        if not source.compressed:
            _check_content(source, source.file)
            yield source.file
            return
        with TemporaryDirectory(prefix="featurestore_") as folder:
            copy = Path(folder) / f"rows.{source.kind}"
            _decompress(source, copy)
            _check_content(source, copy)
            yield copy
    except OSError as error:
        raise BadInput(
            f"{source.file}: cannot be read: {error.strerror or error}",
            hint=f"ls -l {source.file}",
            file=str(source.file),
        ) from error


def _decompress(source: Source, copy: Path) -> None:
    try:
        with gzip.open(source.file) as packed, copy.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadInput(
            f"{source.file}: the gzip file is cut off or damaged: {error}",
            hint=f"gzip -t {source.file}, then fetch the file again",
            file=str(source.file),
        ) from error


def _check_content(source: Source, path: Path) -> None:
    with path.open("rb") as opened:
        start = opened.read(4)
    if not start:
        raise BadInput(
            f"{source.file}: the file is empty: 0 bytes",
            hint="write the file again; nothing was loaded",
            file=str(source.file),
        )
    for magic, content in _MAGIC.items():
        if start.startswith(magic) and not (source.kind == "parquet" and magic == b"PAR1"):
            raise BadInput(
                f"{source.file}: is {content}, not what its name says",
                hint="rename the file, or save it as CSV in UTF-8",
                file=str(source.file),
            )
