"""The files under sql/, parsed: relations, tables, DDL, seasons, and their composition."""
