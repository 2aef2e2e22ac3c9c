"""One request for a view: who asks, in which language, about which night, with which filters; and addresses of other views."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request

from page.accounts import Account
from page.errors import AskedWronglyError
from page.kept import MOST_ROWS, Kept, key_of
from page.nation import OpenTable
from page.reader import Row, Snapshot
from page.words import LANGUAGES, Words

#: Our views: name -> path below the page's root.
PATHS = {
    "tonight": "/",
    "repair": "/repair",
    "gaps": "/gaps",
    "changes": "/changes",
    "bridge": "/bridge",
    "units": "/units",
    "compare": "/units/compare",
    "trend": "/trend",
    "ministries": "/ministries",
    "score": "/score",
    "board": "/score/board",
    "ranks": "/score/provinces",
    "dossier": "/dossier",
    "nights": "/nights",
    "uses": "/uses",
    "national": "/national",
}
#: Views that stand within another one: they have no entry of their own in the navigation.
WITHIN = {"board": "score", "ranks": "score", "compare": "units"}
#: What a reader of one agency sees: the views that show no other's numbers.
OF_AN_AGENCY = ("repair", "gaps", "units", "dossier")
LANGUAGE_COOKIE = "doisoat_language"
#: The longest value of a filter that is looked at: codes are shorter.
LONGEST = 200
#: Views that also show what a night that is not published yet has brought: how far it is, and what records say by now.
AT_EVERY_STEP = ("nights", "dossier")
#: A filter that may be given several times, as boxes of a form that are ticked: its values, one a line.
TICKED = "tick"
#: The most that it may say together.
LONGEST_TICKED = 6000


def language_of(request: Request) -> str:
    """The language that the address asks for, else the one chosen before, else Vietnamese."""
    for said in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if said in LANGUAGES:
            return said
    return LANGUAGES[0]


@dataclass(slots=True)
class Ask:
    """A request for a view.

    Attributes:
        stamp: the night asked about and what its numbers depend on (sql/stamp.sql).
        given: the filters of the address, cut to LONGEST, without empty ones.
        root: what stands before our paths in an address.
        kept: what was asked before and may be asked again from other addresses (`remembered`).
        actions: what this reader may say about gaps; empty: nothing.
        province_code: of the province at the portal; empty: unknown.
        answer_days: within how many working days units answer; None: no term is set.
        airflow: where the Airflow is that ran the nights; None: not known.
        open_table: of all provinces; None: there is none.
        can_take: whether tables leave as files: who took them must be kept.
        can_leave: whether the reader can log out here.
    """

    words: Words
    account: Account
    mart: Snapshot
    stamp: Row
    given: dict[str, str]
    root: str
    timezone: str
    province: str
    view: str = ""
    actions: tuple[str, ...] = ()
    kept: Kept[list[Row]] = field(default_factory=lambda: Kept(MOST_ROWS))
    province_code: str = ""
    answer_days: int | None = None
    airflow: str | None = None
    open_table: OpenTable | None = None
    can_take: bool = True
    can_leave: bool = False

    @property
    def whose(self) -> list[str] | None:
        """The agencies that the reader sees: its own and those below it, as the tree stands on the night; None: all.
        Empty: its agency does not exist."""
        if self.account.agency_id is None:
            return None
        asked = {"agency": self.account.agency_id, "night": self.night}
        return [row["agency_id"] for row in self.remembered("agencies_below", asked)]

    def run(self, run_id: str | None, task_id: str | None = None) -> str | None:
        """The address of a run of the nightly Dag in Airflow, or of a task's log in it; None if either is not known."""
        if self.airflow is None or not run_id:
            return None
        task = f"/tasks/{quote(task_id, safe='')}" if task_id else ""
        return f"{self.airflow}/dags/nightly_reconciliation/runs/{quote(run_id, safe='')}{task}"

    @property
    def views(self) -> tuple[str, ...]:
        """The views that the reader may see."""
        if self.account.agency_id is not None:
            return OF_AN_AGENCY
        sees_all = self.account.sees_all_provinces and self.open_table is not None
        return tuple(view for view in PATHS if view != "national" or sees_all)

    @property
    def section(self) -> str:
        """The entry of the navigation to which the view belongs."""
        return WITHIN.get(self.view, self.view)

    @property
    def night(self) -> dt.date:
        """The night asked about."""
        night: dt.date = self.stamp["night"]
        return night

    def remembered(self, name: str, parameters: Row, **parts: str) -> list[Row]:
        """The rows of sql/<name>.sql, which depend on the night, these parameters and parts alone: asked once."""
        key = key_of(name, sorted(parameters.items()), sorted(parts.items()), sorted(self._settled.items()))
        return [dict(row) for row in self.kept.get(key, lambda: self.mart.rows(name, parameters, **parts))]

    def remembered_row(self, name: str, parameters: Row) -> Row | None:
        """The first of them, None if there is none."""
        return next(iter(self.remembered(name, parameters)), None)

    @property
    def rests_on(self) -> Row:
        """What of the stamp the view shows: a night on its way changes only those views that tell of it."""
        tells = (self.view == "tonight" and self.stamp["is_latest"]) or self.view in AT_EVERY_STEP
        # a code that is looked for may be named by a record of the night on its way
        return self.stamp if tells or self.given.get("q") else self._settled

    @property
    def _settled(self) -> Row:
        """The stamp without how far a later night is, which changes with each of its steps."""
        return {name: value for name, value in self.stamp.items() if not name.startswith("waiting_")}

    def link(self, view: str, **given: Any) -> str:
        """The address of a view of the same night; a filter without a value is left out."""
        return address(self.root, view, {"night": self.night, **given})

    def here(self, **changed: Any) -> str:
        """The address of this view with some filters changed (None: taken out), from its first page on."""
        kept = {name: value for name, value in self.given.items() if name not in ("page", "lang", "stored")}
        return address(self.root, self.view, {**kept, "night": self.night, **changed})

    def query(self) -> str:
        """The filters of this view, for a form that leads back to it."""
        kept = {name: value for name, value in self.given.items() if name not in ("lang", "stored")}
        return urlencode({**kept, "night": self.night})

    def export(self, table: str, form: str) -> str:
        """The address of a table of this view as a file."""
        kept = {name: value for name, value in self.given.items() if name not in ("page", "lang")}
        return f"{self.root}/export/{self.view}/{table}.{form}?{urlencode({**kept, 'night': self.night})}"

    def text(self, name: str) -> str | None:
        """A filter's value."""
        return self.given.get(name)

    def one_of(self, name: str, choices: Any, default: str) -> str:
        """A filter's value, if it is one of the choices."""
        said = self.given.get(name)
        return said if said is not None and said in choices else default

    def day(self, name: str) -> dt.date | None:
        """A filter's value as a day.

        Raises:
            AskedWronglyError: it is none.
        """
        return day_of(self.given.get(name))

    def number(self, name: str, default: int, most: int) -> int:
        """A filter's value as a whole number from 1 to most; the default if it is none."""
        said = self.given.get(name, "")
        return min(max(int(said), 1), most) if said.isascii() and said.isdigit() and len(said) < 10 else default


def address(root: str, view: str, given: dict[str, Any]) -> str:
    """The address of a view with its filters."""
    kept = {name: value for name, value in given.items() if value is not None and value != ""}
    return f"{root}{PATHS[view]}" + (f"?{urlencode(kept)}" if kept else "")


def day_of(said: str | None) -> dt.date | None:
    """A day as an address writes it (2024-04-19), if a record can have it.

    Raises:
        AskedWronglyError: it is none.
    """
    if not said:
        return None
    try:
        day = dt.date.fromisoformat(said)
    except ValueError:
        raise AskedWronglyError("errors.no_day") from None
    if not 1900 <= day.year < 2200:
        raise AskedWronglyError("errors.no_day")
    return day


def filters_of(request: Request) -> dict[str, str]:
    """The filters of an address: no empty ones, none too long, and nothing that a database cannot look for."""
    given = {
        name: value.strip()[:LONGEST].replace("\0", "")
        for name, value in request.query_params.items()
        if value.strip() and name.isidentifier() and len(name) < 40
    }
    if TICKED in given:
        ticked = "\n".join(dict.fromkeys(request.query_params.getlist(TICKED)))
        given[TICKED] = ticked[:LONGEST_TICKED].replace("\0", "")
    return given
