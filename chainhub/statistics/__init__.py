"""Closure statistics: every figure from the history, with its n, its formula and the list of what it counts."""
