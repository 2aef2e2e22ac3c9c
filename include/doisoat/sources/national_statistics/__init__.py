"""The national portal's published statistics: what it declares of a province, by unit and month."""

from doisoat.sources.national_statistics.source import NationalStatistics

__all__ = ["NationalStatistics"]
