"""The demonstration: a generated league through the main job; then damage to find and repair."""
