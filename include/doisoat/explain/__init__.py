"""Why two sides differ: an ordered list of rules (causes.yaml), each decided by its own SQL (rules/)."""

from doisoat.explain.causes import UNDETERMINED, Cause, Example, load_causes, load_examples
from doisoat.explain.run import explain

__all__ = ["UNDETERMINED", "Cause", "Example", "explain", "load_causes", "load_examples"]
