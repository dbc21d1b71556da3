"""The embedded warehouse keeps the contract that every warehouse keeps."""

from __future__ import annotations

import pytest
import warehouse_contract as contract

from sync.embedded import replace
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import BadInput


@pytest.fixture
def warehouse(tmp_path):
    with EmbeddedWarehouse(tmp_path / "warehouse.duckdb") as new_warehouse:
        yield new_warehouse


def test_datasets_of_other_names_are_read_and_written_by_them(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with (
        EmbeddedWarehouse(path) as plain,
        EmbeddedWarehouse(path, datasets=contract.SWAPPED) as named,
    ):
        contract.check_datasets_of_other_names(plain, named, tmp_path)


class TestEmbeddedWarehouse(contract.WarehouseContract):
    def test_a_write_that_dies_before_its_commit_has_no_effect(
        self, filled, write, stored, monkeypatch
    ):
        before = stored()

        def interrupt(*_):
            raise KeyboardInterrupt

        # Called last, after the rows were deleted and inserted.
        with monkeypatch.context() as patch:
            patch.setattr(replace, "_record", interrupt)
            with pytest.raises(KeyboardInterrupt):
                write([contract.row("ann", contract.FIRST, points=7)], job_id="j", digest="a")
        assert stored() == before
        assert not write([contract.row("ann", contract.FIRST)], job_id="j", digest="a").repeated

    def test_a_change_by_another_tool_changes_the_token(self, filled, warehouse, tokens):
        before = tokens()
        with warehouse.writer() as con:
            con.execute("UPDATE contract.games SET points = 9 WHERE player = 'bob'")
        changed = [day for day, token in tokens().items() if token != before[day]]
        assert changed == [contract.FIRST]

    def test_a_token_does_not_depend_on_the_order_of_rows(self, filled, warehouse, tokens):
        before = tokens()
        with warehouse.writer() as con:
            con.execute("CREATE TEMP TABLE reversed AS FROM contract.games ORDER BY player DESC")
            con.execute("DELETE FROM contract.games")
            con.execute("INSERT INTO contract.games FROM reversed")
        assert tokens() == before

    def test_a_folder_with_an_equals_sign_adds_no_column(self, filled, warehouse, write, tmp_path):
        folder = tmp_path / "season=2024"
        folder.mkdir()
        file = folder / "rows.parquet"
        content = contract.pa.Table.from_pylist(
            [contract.row("cid", contract.FIRST)], contract.SCHEMA
        )
        contract.parquet.write_table(content, file)
        assert write(content, parquet=file).inserted == 1

    def test_a_missing_file_cannot_be_written(self, tmp_path):
        path = tmp_path / "none.duckdb"
        with pytest.raises(BadInput, match="no such file"), EmbeddedWarehouse(path).writer():
            pass
        assert not path.exists()
