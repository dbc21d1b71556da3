"""How a value of a feature came about."""
