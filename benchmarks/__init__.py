"""What is fast and what is not, as ratios measured within one run: ``make bench``."""
