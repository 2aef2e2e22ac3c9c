"""What the reports of the 2026 statistics are made of: metrics, and the numbers of each tree (CONTRACTS section 2)."""

from __future__ import annotations

from typing import NamedTuple


class Metric(NamedTuple):
    """A metric of a report in shape A.

    Attributes:
        most: its maximum score.
        upper, lower: where numerator and denominator come from in a count; "" for 0, None for null.
        full_at: the ratio from which the whole score is given.
        if_none: the share of the score that is given where the denominator is 0; None for a null score and a null ratio.
    """

    code: str
    most: float
    upper: str | None = ""
    lower: str | None = ""
    full_at: float = 1.0
    if_none: float | None = None


METRICS: dict[str, list[Metric]] = {
    "transparency": [
        Metric("PUBLISH_ON_TIME", 6),
        Metric("PUBLIC_UPDATE_ON_TIME", 4, "done", "done"),
        Metric("PUBLIC_CONTENT_FULL", 2, "done", "done"),
        Metric("DOSSIER_SYNC", 6, "synced", "denominator"),
    ],
    "handling-satisfaction": [
        Metric("DOSSIER_RECEIVING_SATISFACTION", 6, "satisfied", "asked", full_at=0.9, if_none=0),
        Metric("PETITION_PROCESSING_ON_TIME", 6, if_none=1),
        Metric("PETITION_HANDLING_SATISFACTION", 6, if_none=1),
        Metric("DOSSIER_CLASSIFICATION", 0, "satisfied", "asked", if_none=0),  # [A] the names of the last two
        Metric("PETITION_CLASSIFICATION", 0, if_none=0),
    ],
    "dossier-digitized": [
        Metric("ORIGINAL_RESULT_AVAILABLE", 6, "results_digitised", "done"),
        Metric("SO_HOA_GIAY_TO_GIAI_QUYET", 4, "digitised", "synced"),
        Metric("ELECTRONIC_CERTIFIED_COPY", 2, None, None),
        Metric("REUSED_DIGITIZED_DATA", 2, "reused", "synced", full_at=0.8),
        Metric("SYNCED_WITH_DVCQG_PERSONAL_STORAGE", 4, "results_digitised", "synced"),
        Metric("CITIZEN_DATA_CONNECTED_DOSSIER", 2, "online", "synced"),
        Metric("CITIZEN_DATA_CONNECTED_FORMALITY", 2),
    ],
    "service-results": [Metric("RESULT_RETURNED", 10, "done", "synced")],
}
#: What the province's node of a tree states, and what its units' do.
TREES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "dvc-progress-tree": (
        {"totalReceived": "held", "totalOnTime": "done_on_time", "totalCompleted": "done"},
        {"totalReceived": "held", "totalOnTime": "done_on_time", "totalOverdue": "done_late"},
    ),
    "provide-online-tree": (
        {
            "onlineDossierCount": "online",
            "onlineServiceTotal": "fee_procedures",
            "authorityCount": "fee_procedures",
            "partialCount": "procedures_paid",
            "fullCount": "procedures_paid",
            "channelOnlineSum": "online",
            "channelDirectSum": "direct",
            "channelPostalSum": "post",
            "channelTotalSum": "by_channel",
            "onlineOnTimeSum": "online_on_time",
            "onlineOverdueSum": "online_late",
        },
        {},
    ),
    "formality-online-payment-tree": (
        _PAYMENT := {
            "totalDossierOnlinePaymentSuccess": "paid_online",
            "totalDossierFinancialObligation": "synced",
            "totalDossierOnlineFormalityPaymentSuccess": "procedures_paid",
            "totalFeeDossierFormalityDistinct": "procedures_paid",
            "totalFeeDossierFormality": "procedures_paid",
            "totalFeeFormality": "fee_procedures",
        },
        _PAYMENT,
    ),
}
