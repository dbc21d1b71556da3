"""What the files under sql/ say, parsed: relations, tables, DDL, seasons, and their composition."""
