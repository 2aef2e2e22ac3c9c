"""The causes as a readable policy: causes.yaml, in the order in which they are tried."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from doisoat.entries import Entry, load_entries

HERE = Path(__file__).parent
#: What no rule decides.
UNDETERMINED = "undetermined"


class Cause(Entry):
    """One reason why something differs between two sides (CONTRACTS section 7; docs/generated/causes.md).

    Its query, the rule, returns pair, dossier_id, kind, detail and basis of the findings that it explains.

    Attributes:
        id: its name; the SQL that decides it is rules/<id>.sql.
        label: its name in Vietnamese, as shown on pages.
        of: the kinds of findings that it may explain (explain/finding.sql); any for all.
        needs: the evidence that it requires.
        blames: the side at fault.
        action: what has to be done, in Vietnamese.
        decides: false if it only names what is observed, and the evidence leaves the reason open.
    """

    label: str
    of: tuple[str, ...]
    needs: str
    blames: Literal["province", "portal", "ministry", "nobody"]
    action: str
    decides: bool

    def concerns(self, kinds: set[str]) -> bool:
        """Whether it may explain anything among findings of these kinds."""
        return "any" in self.of or not kinds.isdisjoint(self.of)

    @classmethod
    def folder(cls) -> Path:
        return HERE / "rules"


@cache
def load_causes() -> tuple[Cause, ...]:
    """All causes, in the order of their rules; the last one, without a rule, is undetermined."""
    return load_entries(HERE / "causes.yaml", Cause)


class Example(BaseModel):
    """What each side shows, and which causes must be found: a rule's specification and documentation.

    Attributes:
        cause: the rule it is about.
        shows, innocent: in words, a case of the cause; or a case that only looks like one.
        nights: night by night, source -> table.
        expect: "dossier | kind | cause" of everything that is explained on the last night.
        pair: the two sides compared.
        incomplete: sources that were listed in part. cut_offs: source -> its own clock. settings: of the reconciliation.
        agencies, successions: extra rows of the reference.
        portal_catalogue: "catalogue | kind | code", how the portal's catalogue differs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    cause: str
    shows: str | None = None
    innocent: str | None = None
    nights: tuple[dict[str, str], ...]
    expect: tuple[str, ...]
    pair: str = "national_provincial"
    incomplete: tuple[str, ...] = ()
    cut_offs: dict[str, str] = {}
    settings: dict[str, str] = {}
    agencies: tuple[str, ...] = ()
    successions: tuple[str, ...] = ()
    portal_catalogue: tuple[str, ...] = ()


@cache
def load_examples() -> tuple[Example, ...]:
    """All examples, in the order of the causes."""
    return load_entries(HERE / "examples.yaml", Example)
