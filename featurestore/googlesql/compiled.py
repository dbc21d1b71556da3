"""The compiled module of GoogleSQL in the user's cache folder.

Compiling takes 20 to 56 s on two cores, loading the compiled module 0.1 s. A loaded module is
machine code: it is read only from a folder and a file that this user owns and others cannot write.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shlex
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import wasmtime

from featurestore import disk_cache
from featurestore.googlesql import notices, versions

if TYPE_CHECKING:
    from collections.abc import Iterator

# A module is 76 MB. Two environments of one user, with two versions, each keep theirs.
_KEPT = 2
COMPILING = "compiling Google's SQL analyzer, only once (20 to 60 s)"


def folder() -> Path:
    """The folder of compiled modules, private to this user."""
    return disk_cache.folder() / "googlesql"


def load(engine: wasmtime.Engine, source: Path) -> wasmtime.Module:
    """The module of a WebAssembly file, from the cache or compiled now.

    A damaged file is compiled again and replaced. Of two processes at once one compiles, and the
    other waits. If the folder is not safe or cannot be written, each process compiles, and a
    warning says so.
    """
    path = folder() / f"{_key(source)}.cwasm"
    if not disk_cache.make_private(path.parent):
        _warn(f"{path.parent}: must be your own folder, writable only by you", path.parent)
        return _compile(engine, source, COMPILING)
    module = _read(engine, path)
    if module is not None:
        return module
    with _locked(path):
        # The process that held the lock may have compiled it.
        module = _read(engine, path)
        if module is None:
            module = _compile(engine, source, COMPILING)
            try:
                _write(path, module.serialize())
            except OSError as error:
                _warn(f"{path.parent}: cannot be written: {error.strerror}", None)
    return module


def _warn(why: str, folder: Path | None) -> None:
    """Warn that the module is not cached, with the command to fix that.

    Args:
        why: What is wrong with the folder.
        folder: The folder, if its owner could make it private.
    """
    command = "export XDG_CACHE_HOME=FOLDER, with a folder that you own"
    with contextlib.suppress(OSError):
        status = None if folder is None else folder.lstat()
        if status is not None and stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid():
            command = f"chmod 700 {shlex.quote(str(folder))}"
    notices.warn(
        f"{why}; Google's SQL analyzer is compiled in each run (20 to 60 s); to keep it: {command}"
    )


def _key(source: Path) -> str:
    """A key of what the machine code depends on: package, engine, processor."""
    made_of = [versions.ZETASQL, str(source.stat().st_size), versions.wasmtime(), _processor()]
    digest = hashlib.sha256("\n".join(made_of).encode()).hexdigest()
    return f"zetasql-{versions.ZETASQL}-{platform.machine()}-{digest[:16]}"


def _processor() -> str:
    """The machine, and on Linux the instructions that its processor has."""
    with contextlib.suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(("flags", "Features")):
                return platform.machine() + line
    return platform.platform(terse=True) + platform.machine()


def _is_private(path: Path) -> bool:
    """Whether a path is a file, not a link, that only this user can write."""
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and disk_cache.is_private(status)


def _read(engine: wasmtime.Engine, path: Path) -> wasmtime.Module | None:
    """The module in a file; None if the file is missing, damaged, or writable by others."""
    try:
        if not (_is_private(path) and _is_private(_digest(path))):
            return None
        if hashlib.sha256(path.read_bytes()).hexdigest() != _digest(path).read_text():
            return None
        return wasmtime.Module.deserialize_file(engine, str(path))
    except (OSError, ValueError, wasmtime.WasmtimeError):
        return None


def _digest(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _compile(engine: wasmtime.Engine, source: Path, message: str) -> wasmtime.Module:
    with notices.waiting(message):
        return wasmtime.Module.from_file(engine, source)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process compile at a time; in a read-only folder there is no lock, and each does."""
    lock = filelock.FileLock(path.with_suffix(".lock"), timeout=0, mode=0o600)
    try:
        try:
            lock.acquire()
        except filelock.Timeout:
            with notices.waiting("waiting for another process that compiles the SQL analyzer"):
                lock.acquire(timeout=-1)
    except OSError:
        yield
        return
    try:
        yield
    finally:
        lock.release()


def _write(path: Path, content: bytes | bytearray) -> None:
    """Write the module, then its digest, each atomically: a module without a digest is not read."""
    _digest(path).unlink(missing_ok=True)
    disk_cache.write_whole(path, content)
    disk_cache.write_whole(_digest(path), hashlib.sha256(content).hexdigest().encode())
    newest = sorted(path.parent.glob("*.cwasm"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in newest[_KEPT:]:
        for part in (_digest(old), old, old.with_suffix(".lock")):
            part.unlink(missing_ok=True)
