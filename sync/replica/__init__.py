"""The replica file: its tables, its ledger, its outbox."""
