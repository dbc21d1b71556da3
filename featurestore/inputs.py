"""What a date's features were computed from, as one digest: tells which dates are stale. Pure."""

from __future__ import annotations


def input_digests_sql() -> str:
    """SELECT of (partition_date, digest): all that a date's features were computed from.

    Changes when any pulled partition of the date or of its lookback does. Parameters: $start,
    $end, $lookback (days).
    """
    return """
        SELECT partition_date, sum(hash(table_name, partition_date, digest)::HUGEINT) OVER (
            ORDER BY partition_date RANGE BETWEEN to_days($lookback::INTEGER) PRECEDING
            AND CURRENT ROW)::VARCHAR AS digest
        FROM featurestore.partitions
        WHERE table_name IN ('nba_analytics.player_game_summary', 'nba_raw.nbac_injury_report')
            AND partition_date BETWEEN $start::DATE - $lookback::INTEGER AND $end::DATE
        QUALIFY row_number() OVER (PARTITION BY partition_date ORDER BY table_name) = 1
    """
