"""What `make reference` and `make docs` run; nothing of it is installed."""
