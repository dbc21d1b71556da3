"""The compiled module's cache, with a module of two lines in the place of GoogleSQL's."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import wasmtime

from featurestore import disk_cache
from featurestore.googlesql import compiled, notices, versions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANSWER = '(module (func (export "answer") (result i32) i32.const 42))'


class Lab:
    """A cache folder and a module, and what was announced while it was loaded."""

    def __init__(self, root: Path) -> None:
        self.cache = root / "cache"
        self.source = root / "answer.wasm"
        self.source.write_bytes(wasmtime.wat2wasm(ANSWER))
        self.announced: list[str] = []
        self.warned: list[str] = []

    @contextmanager
    def observe(self, message: str) -> Iterator[None]:
        self.announced.append(message)
        yield

    def load(self) -> int:
        """What the loaded module answers; forgets earlier announcements."""
        self.announced.clear()
        self.warned.clear()
        engine = wasmtime.Engine()
        store = wasmtime.Store(engine)
        module = compiled.load(engine, self.source)
        instance = wasmtime.Instance(store, module, [])
        return instance.exports(store)["answer"](store)

    @property
    def file(self) -> Path:
        (compiled,) = (self.cache / "googlesql").glob("*.cwasm")
        return compiled


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    made = Lab(tmp_path)
    monkeypatch.setattr(disk_cache, "folder", lambda: made.cache)
    monkeypatch.setattr(notices, "_observers", [made.observe])
    monkeypatch.setattr(notices, "_warners", [made.warned.append])
    yield made


def test_the_first_load_compiles_and_says_so_and_the_next_one_does_not(lab: Lab) -> None:
    assert lab.load() == 42
    assert len(lab.announced) == 1
    assert "compiling" in lab.announced[0]
    assert lab.load() == 42
    assert lab.announced == []


def test_the_compiled_module_is_private_to_its_owner(lab: Lab) -> None:
    lab.load()
    assert lab.file.parent.stat().st_mode & 0o777 == 0o700
    assert lab.file.stat().st_mode & 0o077 == 0


def flip_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def cut_in_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def lose_the_digest(file: Path) -> None:
    file.with_suffix(".sha256").unlink()


def be_no_module(file: Path) -> None:
    compiled._write(file, b"not machine code")


@pytest.mark.parametrize("damage", [flip_a_byte, cut_in_half, lose_the_digest, be_no_module])
def test_a_damaged_module_is_compiled_again_and_replaced(lab: Lab, damage) -> None:
    lab.load()
    damage(lab.file)
    assert lab.load() == 42
    assert len(lab.announced) == 1
    assert lab.load() == 42
    assert lab.announced == []


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_module_that_others_can_write_is_not_loaded(lab: Lab, mode: int) -> None:
    lab.load()
    lab.file.chmod(mode)
    lab.load()
    assert len(lab.announced) == 1
    assert lab.file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_nothing_is_loaded_from_or_written_to_a_folder_that_others_can_write(
    lab: Lab, mode: int
) -> None:
    folder = lab.cache / "googlesql"
    folder.mkdir(parents=True)
    folder.chmod(mode)
    for _ in range(2):
        assert lab.load() == 42
        assert len(lab.announced) == 1
        (warning,) = lab.warned
        assert warning.startswith(f"{folder}: must be your own folder, writable only by you")
        assert warning.endswith(
            f"compiled in each run (20 to 60 s); to keep it: chmod 700 {folder}"
        )
    assert list(folder.iterdir()) == []
    folder.chmod(0o700)
    assert [lab.load(), lab.warned] == [42, []]
    assert [lab.load(), lab.announced] == [42, []]


def test_a_folder_that_cannot_be_written_is_a_warning_and_costs_the_compilation_each_time(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk_cache.tempfile, "mkstemp", full)
    for _ in range(2):
        assert lab.load() == 42
        assert len(lab.announced) == 1
        (warning,) = lab.warned
        assert warning.startswith(f"{lab.cache}/googlesql: cannot be written: No space left on")
        assert "to keep it: export XDG_CACHE_HOME=FOLDER" in warning


def test_without_the_command_line_it_is_a_python_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "_warners", [])
    with pytest.warns(UserWarning, match="compiled in each run"):
        compiled._warn("x: is not yours", None)


def test_a_link_in_the_place_of_the_folder_is_not_followed(lab: Lab, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    lab.cache.mkdir()
    (lab.cache / "googlesql").symlink_to(elsewhere)
    assert lab.load() == 42
    assert "export XDG_CACHE_HOME=FOLDER" in lab.warned[0]
    assert list(elsewhere.iterdir()) == []


def test_a_link_in_the_place_of_the_module_is_not_followed(lab: Lab, tmp_path: Path) -> None:
    lab.load()
    planted = tmp_path / "planted"
    lab.file.rename(planted)
    (lab.cache / "googlesql" / planted.name).unlink(missing_ok=True)
    digest = next((lab.cache / "googlesql").glob("*.sha256"))
    digest.with_suffix(".cwasm").symlink_to(planted)
    lab.load()
    assert len(lab.announced) == 1
    assert not lab.file.is_symlink()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_module_of_another_user_is_not_loaded(lab: Lab) -> None:
    lab.load()
    os.chown(lab.file, 65534, -1)
    lab.load()
    assert len(lab.announced) == 1


@pytest.mark.parametrize(
    ("owner", "name"), [(versions, "ZETASQL"), (compiled, "_processor"), (versions, "wasmtime")]
)
def test_another_package_engine_or_processor_has_its_own_module(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, owner, name: str
) -> None:
    lab.load()
    other = "0.0.0" if name == "ZETASQL" else lambda: "other"
    monkeypatch.setattr(owner, name, other)
    lab.load()
    assert len(lab.announced) == 1
    assert len(list((lab.cache / "googlesql").glob("*.cwasm"))) == 2


def test_the_newest_two_of_many_versions_are_kept(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        monkeypatch.setattr(versions, "ZETASQL", f"0.0.{number}")
        lab.load()
        os.utime(next((lab.cache / "googlesql").glob(f"*0.0.{number}*.cwasm")), (number, number))
    kept = sorted(path.name[:13] for path in (lab.cache / "googlesql").glob("*.cwasm"))
    assert kept == ["zetasql-0.0.2", "zetasql-0.0.3"]


def test_two_processes_at_once_leave_one_whole_module(lab: Lab) -> None:
    program = f"""
import pathlib, wasmtime
from featurestore import disk_cache
from featurestore.googlesql import compiled
disk_cache.folder = lambda: pathlib.Path({str(lab.cache)!r})
compiled.load(wasmtime.Engine(), pathlib.Path({str(lab.source)!r}))
"""
    started = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    assert [process.wait() for process in started] == [0, 0]
    assert lab.load() == 42
    assert lab.announced == []
