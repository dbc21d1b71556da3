import pytest

from featurestore.query import require_select
from sync.errors import BadInput, Refused

KNOWN = ("lab.reading", "lab.place")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 AS one",
        "SELECT * FROM lab.reading",
        "SELECT * FROM LAB.Reading;",
        "SELECT * FROM `my-project.lab.reading` AS r JOIN `my-project`.lab.place AS p USING (x)",
        "WITH r AS (SELECT * FROM lab.reading) SELECT * FROM r UNION ALL SELECT * FROM r",
        "SELECT part FROM lab.reading AS r CROSS JOIN UNNEST(r.parts) AS part",
        "SELECT 1 AS one FROM UNNEST([1, 2]) AS n",
    ],
)
def test_one_select_over_known_tables_passes(sql: str) -> None:
    require_select(sql, KNOWN)


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("SELECT * FROM lab.readings", "lab.readings"),
        ("SELECT * FROM reading", "reading"),
        ("SELECT * FROM lab.reading WHERE x IN (SELECT x FROM other.place)", "other.place"),
        ("SELECT * FROM lab.reading AS other JOIN other_lab.place ON TRUE", "other_lab.place"),
    ],
)
def test_an_unknown_table_is_named(sql: str, name: str) -> None:
    with pytest.raises(BadInput) as caught:
        require_select(sql, KNOWN)
    assert caught.value.facts["table"] == name


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE lab.reading",
        "CREATE TABLE lab.x AS SELECT 1 AS one",
        "INSERT INTO lab.reading (x) VALUES (1)",
        "UPDATE lab.reading SET x = 1 WHERE TRUE",
        "DELETE FROM lab.reading WHERE TRUE",
        "TRUNCATE TABLE lab.reading",
        "MERGE lab.reading USING lab.place ON FALSE WHEN MATCHED THEN DELETE",
        "SET x = 1",
        "PRAGMA database_list",
        "ATTACH 'x.duckdb'",
        "COPY lab.reading TO 'x.csv'",
        "EXPORT DATA OPTIONS (uri = 'x') AS SELECT 1 AS one",
        "CALL lab.doit()",
        "BEGIN",
        "SELECT 1 AS one; SELECT 2 AS two",
    ],
)
def test_anything_but_one_select_is_refused(sql: str) -> None:
    with pytest.raises((Refused, BadInput)):
        require_select(sql, KNOWN)
