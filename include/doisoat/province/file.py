"""The province file: typed YAML; unknown keys are rejected.

It holds facts (which sources, code maps, limits, the allowed lag), never credentials: those live in Airflow
connections named like the source (doisoat.connections; `AIRFLOW_CONN_IGATE` for source `igate`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from doisoat.codes import SHAPE
from doisoat.errors import ConfigurationError
from doisoat.indicators.choices import Indicators
from doisoat.model import Capability, Side
from doisoat.province.lags import AllowedLag, LearnedLag
from doisoat.province.papers import Papers
from doisoat.province.place import Place
from doisoat.province.readers import PageReaders
from doisoat.province.working_days import WorkingDays
from doisoat.sources.contract import Limits
from doisoat.sources.registry import facts

#: A Dag file reads the files of all provinces each time it is parsed: libyaml takes a tenth of the time.
_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


#: The fields of a source's own values (doisoat.model): what nothing knows of them is kept as a fingerprint (doisoat.shapes).
Worded = Literal[
    "record_id", "dossier_code", "linked_codes", "procedure_code", "field_code", "agency_code", "agency_ref",
    "parent_agency_code", "agency_name", "agency_level", "channel_code", "status_code", "online_payment_code", "flags",
    "metric", "message",
]  # fmt: skip


class CodeMap(_Strict):
    """One dated map from a source's own values to ours; the keys of `map` are the source's values.

    A value that is not in the map is unknown, never guessed. `valid_to` is exclusive.
    """

    valid_from: dt.date = dt.date(1900, 1, 1)
    valid_to: dt.date | None = None
    map: dict[str, str | int]

    @field_validator("map", mode="after")
    @classmethod
    def _text(cls, value: dict[str, str | int]) -> dict[str, str | int]:
        return {str(key): str(mapped) for key, mapped in value.items()}


class CodeMaps(_Strict):
    """The code maps of one source.

    `status` maps to the national table 1-10, `channel` to direct, online or post, `procedure` a source's own kind of
    dossier (its `procedure_code` as stated) to a procedure code, `agency` its own unit to an agency of the reference.
    """

    status: list[CodeMap] = Field(default_factory=list)
    channel: list[CodeMap] = Field(default_factory=list)
    online_payment: list[CodeMap] = Field(default_factory=list)
    procedure: list[CodeMap] = Field(default_factory=list)
    agency: list[CodeMap] = Field(default_factory=list)


class Owner(_Strict):
    """Who runs a ministry's system, and when; valid_to is exclusive."""

    name: str
    valid_from: dt.date = dt.date(1900, 1, 1)
    valid_to: dt.date | None = None


class FloodGuard(_Strict):
    """How many of a source's records one pull may change before it is held back.

    Changes are records that are no longer shown, whose values changed, or that are new here although they are not new
    there (load/sql/change.sql). A pull is held if it makes more changes than both numbers allow.

    Attributes:
        share: allowed share of the source's records held before the night.
        floor_rows: this many changes are always ordinary, so that a small source is not held for a busy day.
    """

    share: float = Field(default=0.2, gt=0, le=1)
    floor_rows: int = Field(default=100, ge=0)

    def allowed(self, known: int) -> int:
        """How many changes an ordinary pull may make to `known` records."""
        return max(self.floor_rows, int(self.share * known))


class Outage(_Strict):
    """A period in which, as its owner announced, a source will not answer.

    On such a night the source is asked once; if it does not answer, its last data stay valid, as planned.

    Attributes:
        first_night, last_night: the nights concerned, both included; a night is collected at 01:00 of the next day.
        reason: what was announced; printed in reports.
    """

    source: str
    first_night: dt.date
    last_night: dt.date
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _order(self) -> Outage:
        if self.last_night < self.first_night:
            raise ValueError(f"last_night {self.last_night} is before first_night {self.first_night}")
        return self


class SourceSettings(_Strict):
    """One source of the province. `options` is checked by the connector's own model.

    Attributes:
        label: what the page calls it, for readers who do not know its id; None: its id.
        owners: who runs the system, with dates (systems of ministries change hands).
        procedures: on a ministry's side, the procedure families that its system handles: a dossier of the province in
            one of them should be there. Empty if that is not known; then only the system's own dossiers are judged.
        allowed_lag: how long a dossier may take between this system and the province; None: as for the portal.
        expected_every_days: for an inbox that is not filled daily: for this many days the last data are not stale.
        flood_guard: for this source, instead of the province's.
        kept_as_stated: the fields whose words are kept although nothing knows them, because they cannot be a person's there.
    """

    kind: str
    side: Side | None = None
    enabled: bool = True
    label: str | None = Field(default=None, min_length=1, max_length=60)
    owners: list[Owner] = Field(default_factory=list)
    procedures: list[str] = Field(default_factory=list)
    allowed_lag: AllowedLag | None = None
    expected_every_days: int = Field(default=1, ge=1)
    flood_guard: FloodGuard | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    limits: Limits = Limits()
    code_maps: CodeMaps = CodeMaps()
    kept_as_stated: list[Worded] = Field(default_factory=list)

    @field_validator("allowed_lag")
    @classmethod
    def _in_calendar_time(cls, value: AllowedLag | None) -> AllowedLag | None:
        if value and value.working_days is not None:
            raise ValueError("of one source in hours or days; only reconciliation.allowed_lag may be in working_days")
        return value


class Province(_Strict):
    """Who we are."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    code: str = Field(pattern=r"^[A-Z]\d{2}$")
    name: str
    timezone: str = "Asia/Ho_Chi_Minh"
    agencies: Path | None = None
    successions: Path | None = None
    procedures: Path | None = None
    #: Regular expression for a whole dossier code, if the province's codes have a form of their own.
    dossier_code: str = SHAPE

    @field_validator("dossier_code")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error.msg}") from None
        return value


class Reconciliation(_Strict):
    """The named choices of reconciliation."""

    allowed_lag: AllowedLag = AllowedLag(value=24)
    #: None: no lag is learned; the configured one applies to every agency.
    learned_lag: LearnedLag | None = None
    compared_attributes: list[str] = Field(
        default_factory=lambda: ["agency", "procedure", "status", "receipt_date", "due_date", "finish_date"]
    )
    #: `source.measure` of the declared counts that enter the bridge; if several state a cell, the first one counts.
    declared_by: list[str] = Field(default_factory=list)
    #: The prefix of codes that the portal itself issues (CONTRACTS section 5).
    portal_code_prefix: str = "G22"
    #: How many digits the number of a code has that the province's system made up to send a dossier once more.
    generated_digits: int = Field(default=5, ge=1)
    #: Regular expression for the codes of test dossiers, if the province agreed on one; None: no dossier is a test.
    test_code_pattern: str | None = None

    @model_validator(mode="after")
    def _leaves_room_to_learn(self) -> Reconciliation:
        lags = (self.allowed_lag, self.learned_lag.at_most) if self.learned_lag else ()
        if any(lag.working_days is not None for lag in lags):
            raise ValueError("learned_lag: lags are learned in hours; state allowed_lag and at_most in hours or days")
        if self.learned_lag and self.learned_lag.at_most.interval <= self.allowed_lag.interval:
            raise ValueError("learned_lag.at_most must be more than allowed_lag: nothing could be learned")
        return self


class News(_Strict):
    """Which alerts are sent, and when; where to, which is secret, is in the connection `news` (docs/news.md).

    Attributes:
        enabled: whether anything is sent; problems are recorded in ops.news either way.
        deadline: the local time of the next morning by which a night has to be published.
        stale_after_nights: for how many nights in a row a source may deliver nothing before that is an alert of its own.
        remind_after_days: an open problem is sent again after this many nights.
    """

    enabled: bool = False
    deadline: dt.time = Field(default=dt.time(6), gt=dt.time(1))  # a night starts at 01:00
    stale_after_nights: int = Field(default=2, ge=1)
    remind_after_days: int = Field(default=7, ge=1)

    @field_validator("deadline", mode="before")
    @classmethod
    def _quoted(cls, value: Any) -> Any:
        if not isinstance(value, str | dt.time):
            raise ValueError('write it in quotes, as "06:00": YAML reads 6:00 as a number')
        return value


class Retention(_Strict):
    """How many nights before the last published one are kept; None keeps all.

    Attributes:
        landing_nights: sealed landings; older nights cannot be replayed.
        history_nights: what was known on a past night; older nights cannot be queried. More than landing_nights: a replay
            starts from what was known on the night before its first landing.
        revision_nights: revisions of a night that were replaced.
    """

    landing_nights: int | None = Field(default=None, ge=1)
    history_nights: int | None = Field(default=None, ge=2)
    revision_nights: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _history_outlives_landings(self) -> Retention:
        if self.history_nights and not (self.landing_nights and self.landing_nights < self.history_nights):
            raise ValueError("history_nights must be more than landing_nights: a replay starts from the night before")
        return self


class ProvinceSettings(_Strict):
    """The whole province file. `path` and `fingerprint` say which file a landing was read with."""

    province: Province
    sources: dict[str, SourceSettings]
    reconciliation: Reconciliation = Reconciliation()
    indicators: Indicators = Indicators()
    working_days: WorkingDays = WorkingDays()
    news: News = News()
    flood_guard: FloodGuard = FloodGuard()
    outages: list[Outage] = Field(default_factory=list)
    retention: Retention = Retention()
    papers: Papers = Papers()
    page: PageReaders = PageReaders()
    place: Place = Place()
    path: Path = Path()
    fingerprint: str = ""

    @model_validator(mode="after")
    def _source_ids(self) -> ProvinceSettings:
        for source_id in self.sources:
            if not source_id.isidentifier() or source_id != source_id.lower():
                raise ValueError(f"source id {source_id!r}: use lower-case letters, digits and underscores")
        for outage in self.outages:
            if outage.source not in self.sources:
                raise ValueError(f"outages: {outage.source!r} is not a source in this file")
        return self

    @model_validator(mode="after")
    def _history_is_learned_from(self) -> ProvinceSettings:
        learned, kept = self.reconciliation.learned_lag, self.retention
        if learned and kept.history_nights and kept.landing_nights:
            needed = kept.landing_nights + learned.nights + learned.watched_nights
            if kept.history_nights < needed:
                raise ValueError(
                    f"retention.history_nights must be at least {needed} with this learned_lag: a replay from the first "
                    "landing learns from the nights before it"
                )
        return self

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.province.timezone)

    def lag_began(self, at: dt.datetime) -> dt.datetime:
        """The first moment of receipt that is still within the configured allowed lag at another moment."""
        return self.reconciliation.allowed_lag.since(at, self.working_days, self.timezone)

    @property
    def reads_with(self) -> tuple[ZoneInfo, str]:
        """What every connector is told of the province: its time zone, and the form of its codes."""
        return self.timezone, self.province.dossier_code

    @property
    def pulled(self) -> list[str]:
        """The enabled sources that are pulled for every night: those that list records or declare counts."""
        return [name for name, can in self._enabled() if can & {Capability.LISTING, Capability.COUNTS}]

    @property
    def asked(self) -> list[str]:
        """The enabled sources that are asked for single dossiers."""
        return [name for name, can in self._enabled() if Capability.LOOKUP in can]

    @property
    def with_catalogue(self) -> list[str]:
        """The enabled sources that keep catalogues."""
        return [name for name, can in self._enabled() if Capability.CATALOGUE in can]

    @property
    def with_scores(self) -> list[str]:
        """The enabled sources that publish scores, of every province."""
        enabled = ((name, source.kind) for name, source in self.sources.items() if source.enabled)
        return [name for name, kind in enabled if facts(name, kind).has_scores]

    def guard_of(self, source_id: str) -> FloodGuard:
        """The flood guard of a source: its own, or the province's."""
        return self.sources[source_id].flood_guard or self.flood_guard

    def outage_of(self, source_id: str, night: dt.date) -> Outage | None:
        """The planned outage of a source on a night, None if none was announced."""
        planned = (outage for outage in self.outages if outage.source == source_id)
        return next((outage for outage in planned if outage.first_night <= night <= outage.last_night), None)

    def _enabled(self) -> list[tuple[str, frozenset[Capability]]]:
        return [(name, facts(name, source.kind).asked) for name, source in self.sources.items() if source.enabled]

    def resolve(self, path: Path) -> Path:
        """Resolve a path in the file: it is relative to the file."""
        return path if path.is_absolute() else self.path.parent / path


def load_province(path: str | Path) -> ProvinceSettings:
    """Read and check a province file.

    Raises:
        ConfigurationError: the file is missing, not YAML, or invalid; the message names each wrong key.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"province file {path}: {error.strerror}; give the path of a file like "
            "config/lang_son.yaml (PROVINCE=... or DOISOAT_PROVINCE)"
        ) from error
    try:
        content = yaml.load(text, Loader=_LOADER)  # noqa: S506 - both are safe
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        raise ConfigurationError(f"province file {path}{where}: not YAML ({type(error).__name__}); fix it") from error
    if not isinstance(content, dict):
        raise ConfigurationError(f"province file {path}: expected keys province, sources, ...; fix it")
    try:
        digest = hashlib.sha256(text.encode()).hexdigest()
        return ProvinceSettings.model_validate({**content, "path": path.resolve(), "fingerprint": digest})
    except ValidationError as error:
        lines = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise ConfigurationError(f"province file {path}: {lines}") from error
