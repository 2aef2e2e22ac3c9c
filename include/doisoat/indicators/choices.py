"""The section `indicators` of the province file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from doisoat.indicators.definitions import readings


class Indicators(BaseModel):
    """The named choices of the rates (docs/generated/indicators.md).

    Attributes:
        in_force: for an indicator with several readings, the one that counts; the first if none is named.
        reported_by: `source.measure` of what was reported to the national reporting system, the denominator of
            indicator 1.4; if several state a period, the first one counts.
        published_numerators, published_denominators: the same for what the portal publishes.
        published_received: every count that may say what the portal counts as received: they disagree, and each is shown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    in_force: dict[str, str] = Field(default_factory=dict)
    reported_by: list[str] = Field(default_factory=lambda: ["reporting_system_report.received"])
    published_numerators: list[str] = Field(
        default_factory=lambda: ["national_statistics.DOSSIER_SYNC_NUMERATOR", "national_statistics.DB_TOTAL"]
    )
    published_denominators: list[str] = Field(
        default_factory=lambda: ["national_statistics.DOSSIER_SYNC_DENOMINATOR", "national_statistics.HS_TOTAL"]
    )

    published_received: list[str] = Field(
        default_factory=lambda: [
            f"national_statistics.{measure}"
            for measure in ("totalReceived", "channelTotalSum", "DOSSIER_SYNC_NUMERATOR", "HS_TOTAL", "DB_TOTAL")
        ]
    )

    @model_validator(mode="after")
    def _are_readings(self) -> Indicators:
        for of, chosen in self.in_force.items():
            if chosen not in readings().get(of, ()):
                raise ValueError(f"in_force: {of}: {chosen!r} is not one of its readings: {readings()}")
        return self

    @property
    def readings(self) -> dict[str, str]:
        """For each indicator with several readings, the one in force."""
        return {of: self.in_force.get(of, rivals[0]) for of, rivals in readings().items()}
