"""What verbs show: coverage, timings, status."""
