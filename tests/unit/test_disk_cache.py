import json
import os
from pathlib import Path

import pytest

from featurestore import dialect, disk_cache
from featurestore.compute import plan, relations
from featurestore.definitions import sql_files, tables


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(disk_cache, "folder", lambda: folder)
    return folder


class Maker:
    """Gives a value, and counts how often."""

    def __init__(self, value: object) -> None:
        self.value = value
        self.calls = 0

    def __call__(self) -> object:
        self.calls += 1
        return self.value


def ask(made_of: object, maker: Maker) -> object:
    return disk_cache.cached("thing", made_of, maker)


def test_a_cached_value_is_not_computed_again(folder: Path) -> None:
    maker = Maker([{"a": [1, "ä", None]}])
    assert ask(["text"], maker) == ask(["text"], maker) == maker.value
    assert maker.calls == 1


def test_another_text_has_another_value(folder: Path) -> None:
    maker = Maker(1)
    ask(["text"], maker)
    ask(["texts"], maker)
    assert maker.calls == 2


def test_other_code_computes_it_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Maker(1)
    ask(["text"], maker)
    monkeypatch.setattr(disk_cache, "_program", lambda: "another rule of the dialect")
    ask(["text"], maker)
    assert maker.calls == 2


@pytest.mark.parametrize(
    "damage", [b"", b'{"digest": "', b"[]", b"\xff", b'{"digest": "of another", "value": 2}']
)
def test_a_damaged_file_is_computed_again_and_replaced(folder: Path, damage: bytes) -> None:
    maker = Maker({"a": 1})
    ask(["text"], maker)
    (file,) = folder.iterdir()
    file.write_bytes(damage)
    assert ask(["text"], maker) == ask(["text"], maker) == {"a": 1}
    assert maker.calls == 2


def test_a_folder_that_cannot_be_made_only_costs_time(folder: Path) -> None:
    folder.write_text("a file where the folder would be")
    maker = Maker(1)
    assert ask(["text"], maker) == ask(["text"], maker) == 1
    assert maker.calls == 2


def test_the_oldest_go_first(folder: Path) -> None:
    for number in range(45):
        ask([number], Maker(number))
        newest = max(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, (number, number))
    held = sorted(json.loads(path.read_text())["value"] for path in folder.iterdir())
    assert held == list(range(5, 45))


def test_cached_tables_and_translations_equal_the_computed_ones(folder: Path) -> None:
    def both() -> object:
        tables.tables.cache_clear()
        plan.steps.cache_clear()
        return tables.tables(), plan.steps()

    made = both()
    kinds = {path.name.rpartition("-")[0] for path in folder.iterdir()}
    assert kinds >= {"tables", "ml_feature_store_v2.sql"}
    assert both() == made


def test_a_translation_is_the_dialect_s(folder: Path) -> None:
    (step,) = relations.translated(
        ["season_calendar"],
        sql_files.load("features"),
        columns=tables.column_types(),
        parameters=plan.PARAMETERS,
    )
    files = {file.name: file for file in sql_files.load("features")}
    judged = dialect.translate(
        files["season_calendar"].text,
        columns=tables.column_types(),
        parameters=plan.PARAMETERS,
        origin="",
    )
    assert (step.sql, step.columns) == (judged.sql, judged.columns)
    assert step.parameters == judged.parameters


def held(folder: Path) -> Path:
    """A cached file with the value 1."""
    ask(["text"], Maker(1))
    (file,) = folder.iterdir()
    return file


def test_a_value_that_was_tampered_with_is_not_used(folder: Path) -> None:
    file = held(folder)
    file.write_text(json.dumps(json.loads(file.read_text()) | {"value": 2}))
    assert ask(["text"], Maker(1)) == 1


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_is_made_again(folder: Path, mode: int) -> None:
    file = held(folder)
    file.chmod(mode)
    maker = Maker(1)
    assert ask(["text"], maker) == 1
    assert maker.calls == 1
    # What was made again is the user's own.
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_can_write_is_neither_read_nor_written(
    folder: Path, mode: int
) -> None:
    file = held(folder)
    before = file.stat().st_mtime_ns
    folder.chmod(mode)
    maker = Maker(1)
    ask(["text"], maker)
    ask(["another"], maker)
    assert maker.calls == 2
    assert [(path, path.stat().st_mtime_ns) for path in folder.iterdir()] == [(file, before)]


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    file = held(folder)
    target = file.rename(tmp_path / "elsewhere.json")
    file.symlink_to(target)
    maker = Maker(1)
    ask(["text"], maker)
    assert maker.calls == 1


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make files of somebody else")
@pytest.mark.parametrize("whose", ["folder", "file"])
def test_a_file_of_another_user_is_not_used(folder: Path, whose: str) -> None:
    file = held(folder)
    os.chown(folder if whose == "folder" else file, 65534, 65534)
    maker = Maker(1)
    ask(["text"], maker)
    assert maker.calls == 1


def test_without_a_home_nothing_is_written_into_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(disk_cache, "folder", lambda: Path("~/.cache/featurestore"))
    assert ask(["text"], Maker(1)) == 1
    assert list(tmp_path.iterdir()) == []
