"""The national driving-licence system: dossiers of a province's licensing office that a ministry's system handles."""

from doisoat.sources.driving_licence.source import DrivingLicence

__all__ = ["DrivingLicence"]
