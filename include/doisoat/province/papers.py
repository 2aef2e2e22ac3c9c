"""What the papers say of the office that sends them (section `papers` of the province file)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Papers(BaseModel):
    """Who sends the papers, to whom, and how long they are kept.

    Attributes:
        office: the office that sends lists and signs reports; superior: the body above it, as in a document's head.
        contact: where answers go. An office's, no person's: it is printed on every list.
        place: where reports are dated from; default: the province's name.
        symbol: what follows the number of a report, such as BC-VP.
        signer: who signs a report, by office; recipients: who gets it, one a line.
        receiving: the unit to which form II.06a of the whole province is sent; a unit's goes to `office`.
        answer_days: within how many working days a unit answers its list.
        keep_nights: for how many nights a night's workbooks are kept; reports of periods are kept for ever.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    office: str = "Văn phòng UBND tỉnh"
    superior: str = ""
    contact: str = ""
    place: str = ""
    symbol: str = "BC-VP"
    signer: str = "Chánh Văn phòng"
    recipients: list[str] = Field(default_factory=list)
    receiving: str = "Văn phòng Chính phủ"
    answer_days: int = Field(default=5, ge=1, le=60)
    keep_nights: int = Field(default=62, ge=1)
