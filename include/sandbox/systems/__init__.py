"""The simulated systems, each a module of its own (systems.py lists them)."""
