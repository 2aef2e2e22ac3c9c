"""The national portal's published statistics: the counts it declares for a province, by unit and month."""

from doisoat.sources.national_statistics.source import NationalStatistics

__all__ = ["NationalStatistics"]
