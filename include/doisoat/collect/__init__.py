"""What a source is asked for in one night, and how its answers are counted, certified and sealed."""

from doisoat.collect.pull import collect

__all__ = ["collect"]
