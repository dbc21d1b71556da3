"""Moves partitions: pull, push, and the merge of mirrored tables."""
