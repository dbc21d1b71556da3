"""The reports behind the verbs: coverage, timings, status."""
