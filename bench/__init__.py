"""Yardsticks: every number is a ratio to something measured beside it in the same run. `make bench`."""
