"""The main job over a range: preflight, pull, compute, push, mirror; resumable, batch by batch."""
