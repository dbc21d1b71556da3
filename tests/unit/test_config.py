import tomllib
from pathlib import Path

import pytest

from featurestore import config
from featurestore.config import Settings
from sync.errors import BadInput
from sync.replica.file import Replica


def written(folder: Path, text: str) -> Path:
    file = folder / "featurestore.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.load(environment={}) == Settings()


def test_the_file_of_the_current_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, 'replica = "here.duckdb"\nlock_wait_seconds = 3\n')
    monkeypatch.chdir(tmp_path)
    settings = config.load(environment={})
    assert (settings.replica, settings.lock_wait_seconds) == ("here.duckdb", 3.0)
    assert isinstance(settings.lock_wait_seconds, float)


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, 'replica = "file.duckdb"\nbootstrap_days = 7\n')
    environment = {
        "FEATURESTORE_REPLICA": "environment.duckdb",
        "FEATURESTORE_THREADS": "2",
        "FEATURESTORE_DATASETS": "nba_raw=raw_dev, nba_analytics=dev",
        "OTHER": "x",
    }
    settings = config.load(file, environment)
    assert (settings.replica, settings.bootstrap_days, settings.threads) == (
        "environment.duckdb",
        7,
        2,
    )
    assert settings.datasets == {"nba_raw": "raw_dev", "nba_analytics": "dev"}


def test_variables_that_are_not_settings_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "")
    monkeypatch.chdir(tmp_path)
    others = config.OTHER_VARIABLES - {config.FILE_VARIABLE}
    assert config.load(environment=dict.fromkeys(others, "2025-01-01")) == Settings()


def test_paths_of_a_file_start_at_its_folder_and_those_of_the_environment_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "below"
    below.mkdir()
    written(below, 'replica = "r.duckdb"\nwarehouse = "bigquery://p?location=US"\n')
    monkeypatch.chdir(tmp_path)
    file = Path("below/featurestore.toml")
    settings = config.load(file, {})
    assert (settings.replica, settings.warehouse) == ("below/r.duckdb", "bigquery://p?location=US")
    assert config.load(file, {"FEATURESTORE_REPLICA": "r.duckdb"}).replica == "r.duckdb"
    written(below, f'replica = "{tmp_path}/r.duckdb"\n')
    settings = config.load(file, {})
    # What a file does not say is where a file that says it would have it.
    assert (settings.replica, settings.warehouse) == (
        f"{tmp_path}/r.duckdb",
        "below/data/warehouse.duckdb",
    )


def test_the_environment_names_the_settings_file_where_no_option_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, days in (("here", 1), ("named", 2), ("option", 3)):
        (tmp_path / name).mkdir()
        written(tmp_path / name, f"bootstrap_days = {days}\n")
    monkeypatch.chdir(tmp_path / "here")
    environment = {"FEATURESTORE_CONFIG": "../named/featurestore.toml"}
    option = tmp_path / "option/featurestore.toml"
    settings = [
        config.load(environment={}),
        config.load(environment={"FEATURESTORE_CONFIG": ""}),
        config.load(environment=environment),
        config.load(option, environment),
        config.load(None, environment, folder=tmp_path / "option"),
    ]
    assert [one.bootstrap_days for one in settings] == [1, 1, 2, 3, 3]
    with pytest.raises(BadInput, match=r"nowhere\.toml: no such settings file") as caught:
        config.load(environment={"FEATURESTORE_CONFIG": "nowhere.toml"})
    assert caught.value.hint == "unset FEATURESTORE_CONFIG"
    with pytest.raises(BadInput, match=r"^nowhere\.toml: no such settings file") as caught:
        config.load(Path("nowhere.toml"), {})
    assert caught.value.hint == "featurestore init --config nowhere.toml"


def test_settings_named_from_another_folder_or_before_the_demo_are_easy_to_get(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "a b" / "docs"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    named = {"FEATURESTORE_CONFIG": "data/demo/featurestore.toml"}
    with pytest.raises(BadInput, match="no such settings file") as caught:
        config.load(environment=named)
    assert caught.value.hint == "featurestore demo"
    written = below.parent / "data" / "demo" / "featurestore.toml"
    written.parent.mkdir(parents=True)
    written.touch()
    with pytest.raises(BadInput, match="no such settings file") as caught:
        config.load(environment=named)
    assert caught.value.message.startswith("FEATURESTORE_CONFIG=data/demo/featurestore.toml: no")
    assert caught.value.hint == f"cd '{below.parent}'"
    with pytest.raises(BadInput, match=r"^elsewhere\.toml: no such settings file"):
        config.load(Path("elsewhere.toml"), named)
    (below / "pyproject.toml").write_text("[tool.featurestore]\nthreads = 2\n", encoding="utf-8")
    with pytest.raises(BadInput, match="no such settings file") as caught:
        config.load(environment=named)
    assert caught.value.hint == "unset FEATURESTORE_CONFIG"


def test_where_no_settings_are_those_nearby_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FEATURESTORE_CONFIG", raising=False)
    below = tmp_path / "docs"
    below.mkdir()
    monkeypatch.chdir(below)
    assert config.how_to_begin() == "featurestore init"
    demo = tmp_path / "data" / "demo" / "featurestore.toml"
    demo.parent.mkdir(parents=True)
    demo.touch()
    either = ", or make a replica here: featurestore init"
    exported = "export FEATURESTORE_CONFIG=../data/demo/featurestore.toml"
    assert config.how_to_begin() == exported + either
    (tmp_path / "featurestore.toml").touch()
    assert config.how_to_begin() == "export FEATURESTORE_CONFIG=../featurestore.toml" + either
    (below / "featurestore.toml").touch()
    assert config.how_to_begin() == "featurestore init"


def test_the_template_without_its_comments_is_a_valid_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, config.TEMPLATE)
    monkeypatch.chdir(tmp_path)
    assert config.load(environment={}) == Settings()
    complete = config.TEMPLATE.replace("\n# ", "\n")
    assert set(
        tomllib.loads(complete.replace("\nPaths", "\n# Paths").replace("Settings of", "# "))
    ) == set(Settings.__dataclass_fields__)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('replcia = "x"', "unknown setting replcia; known are replica, warehouse"),
        ("replica = 3", "replica must be a string, got 3"),
        ('replica = ""', "must be a nonempty string"),
        ('threads = "two"', "threads must be a whole number, got 'two'"),
        ("threads = true", "threads must be a whole number, got True"),
        ("bootstrap_days = 1.5", "must be a whole number"),
        ("bootstrap_days = -1", "must be from 0"),
        ("lock_wait_seconds = nan", "must be from 0"),
        ('memory_limit = "a lot"', "must be an amount of memory such as 4GB"),
        ("threads = 9223372036854775807", "must be from 0 to 1,024"),
        ("threads = 1025", "must be from 0 to 1,024"),
        ("bootstrap_days = 367", "must be from 0 to 366"),
        ("lock_wait_seconds = inf", "must be from 0 to 86,400"),
        ("max_bytes_per_run = 9223372036854775808", "must be from 0 to 9,223,372,036,854,775,807"),
        ('memory_limit = "200%"', "must be more than 0% and at most 100%"),
        ('memory_limit = "0%"', "must be more than 0% and at most 100%"),
        ('memory_limit = "0GB"', "must be from 64MB to 1000TB"),
        ('memory_limit = "1KB"', "must be from 64MB to 1000TB"),
        ('memory_limit = "99999999TB"', "must be from 64MB to 1000TB"),
        ('memory_limit = "99999999999999999999GB"', "must be an amount of memory such as 4GB"),
        (
            'openlineage_namespace = "a b"',
            "must be a namespace of letters, digits and _-.:/;=@+",
        ),
        ("openlineage_namespace = true", "openlineage_namespace must be a string, got True"),
        ('replica = "a\\u0000b"', "must be a path"),
        ('datasets = "x"', "must be a table of dataset names"),
        ('[datasets]\nnba_raw = "a; DROP"', "must be a table of dataset names"),
        ("replica = ", "not valid TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(
    tmp_path: Path, text: str, message: str
) -> None:
    file = written(tmp_path, text)
    with pytest.raises(BadInput) as caught:
        config.load(file, {})
    assert caught.value.message.startswith(str(file))
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("FEATURESTORE_THREADS", "two", "environment: threads must be a whole number, got 'two'"),
        ("FEATURESTORE_REPLCIA", "x", "environment: unknown setting replcia"),
        ("FEATURESTORE_MEMORY_LIMIT", "4 bananas", "an amount of memory"),
    ],
)
def test_a_variable_that_cannot_be_used_is_refused_by_name(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(BadInput) as caught:
        config.load(written(tmp_path, ""), {name: text})
    assert message in caught.value.message


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such settings file"):
        config.load(tmp_path / "other.toml", {})


@pytest.mark.parametrize("limit", ["64MB", "0.5 GB", "80%", "100%", "0.5%", "2GiB", "1000TB", ""])
def test_every_accepted_amount_of_memory_is_accepted_by_duckdb(tmp_path: Path, limit: str) -> None:
    settings = config.load(written(tmp_path, f'memory_limit = "{limit}"'), {})
    replica = Replica(tmp_path / "r.duckdb", memory_limit=settings.memory_limit or None)
    assert replica.create([])


def one_file(folder: Path, how: str) -> tuple[str, str]:
    """A file by two names; it exists for links."""
    file = folder / "one.duckdb"
    if how == "relative":
        return "one.duckdb", str(file)
    if how == "dotted":
        return "one.duckdb", "./sub/../one.duckdb"
    if how == "linked folder":
        (folder / "link").symlink_to(folder)
        return "one.duckdb", "link/one.duckdb"
    if how == "dangling link":
        (folder / "link.duckdb").symlink_to(file)
        return "one.duckdb", "link.duckdb"
    file.touch()
    link = folder / "link.duckdb"
    link.symlink_to(file) if how == "symlink" else link.hardlink_to(file)
    return "one.duckdb", "link.duckdb"


@pytest.mark.parametrize(
    "how", ["relative", "dotted", "linked folder", "dangling link", "symlink", "hard link"]
)
def test_a_replica_and_a_warehouse_in_one_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    replica, warehouse = one_file(tmp_path, how)
    file = written(tmp_path, f'replica = "{replica}"\nwarehouse = "{warehouse}"\n')
    with pytest.raises(BadInput, match="are the same file"):
        config.load(file, {})
    swapped = {"FEATURESTORE_REPLICA": warehouse, "FEATURESTORE_WAREHOUSE": replica}
    with pytest.raises(BadInput, match="are the same file"):
        config.load(None, swapped)
