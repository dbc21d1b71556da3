"""The replica file: tables, ledger, outbox."""
