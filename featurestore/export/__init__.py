"""Exports the relations of ``sql/features`` as projects of other tools."""
