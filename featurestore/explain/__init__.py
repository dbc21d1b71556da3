"""How a value of a feature was computed."""
