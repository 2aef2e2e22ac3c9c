"""Who sees what on the page (section `page` of the province file, docs/operations.md)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class PageReaders(BaseModel):
    """The accounts of the page, by what they see.

    An account is called as Airflow logs it in, or as single sign-on names it (the claim that `page_login` chooses). It is
    compared sign by sign: one that is written otherwise here is another one, and sees what `others` says.

    Attributes:
        others: what an account sees that is in neither list.
        everything: accounts that see the whole province.
        agencies: agency -> the accounts that see it and what is below it on the night shown, and nothing else.
        all_provinces: accounts that also see all provinces, if there is an open table (docs/open_table.md); each sees everything
            of this one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    others: Literal["nothing", "everything"] = "nothing"
    everything: list[str] = Field(default_factory=list)
    agencies: dict[str, list[str]] = Field(default_factory=dict)
    all_provinces: list[str] = Field(default_factory=list)

    @field_validator("agencies", mode="before")
    @classmethod
    def _none_yet(cls, value: object) -> object:
        """An agency without accounts may stand there before it has any."""
        return {name: accounts or [] for name, accounts in value.items()} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _each_account_once(self) -> PageReaders:
        named = [*self.everything, *(name for names in self.agencies.values() for name in names)]
        if blank := [name for name in named if name != name.strip() or not name.isprintable() or not name]:
            raise ValueError(f"{len(blank)} account(s) empty, or with a space or a control character at an end")
        if twice := sorted({name for name in named if named.count(name) > 1}):
            raise ValueError(f"named more than once: {', '.join(twice)}; an account sees one agency, or everything")
        return self

    @model_validator(mode="after")
    def _all_is_more_than_one(self) -> PageReaders:
        if less := [name for name in self.all_provinces if not self.sees_everything(name)]:
            raise ValueError(
                f"all_provinces: {', '.join(less)}: sees not even this province; name it in `everything` too"
            )
        return self

    def agency_of(self, account: str) -> str | None:
        """The agency that the account is limited to; None if it is limited to none."""
        return next((agency for agency, names in self.agencies.items() if account in names), None)

    def sees_everything(self, account: str) -> bool:
        """Whether it sees the whole province."""
        return account in self.everything or (self.others == "everything" and self.agency_of(account) is None)
