"""Runs a user's statement on GoogleSQL's reference evaluator, alone or compared with DuckDB.

The evaluator is the language's own answer, and slow: it receives only the rows that the statement's
bounds select. Start reading in ``reference``; ``prove`` compares both engines.
"""
