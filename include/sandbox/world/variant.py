"""What docs/contracts.md marks [A] or leaves open, as choices that differ between worlds.

World "a" is the default; world "b" differs from it in every choice. A reader that works with both does not depend on
an assumption.
"""

from __future__ import annotations

import dataclasses
import random
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Variant:
    """The open facts of one world.

    Attributes:
        code_form: codes have six digits of day and four of number ("2022"), or eight and seven ("2026").
        submission_as_receipt: of what was only submitted the portal shows that moment as the receipt too.
        predecessor_ids: after a reform the portal still files every second dossier under a unit that was there before.
        export_agency: how the export names a unit: "code_and_name", "name", or "name_with_district".
        export_dates: "dmy_hms" (dd/MM/yyyy HH:mm:ss), "dmy" (day only) or "iso" (yyyy-MM-dd HH:mm:ss).
        export_status: statuses, channels and flags as "name" or as the national "code".
        export_headers: which of two sets of column names.
        export_typed_cells: workbooks hold real dates and numbers, not text.
        own_national_code: the nationCode of a dossier created locally is its own code (else empty).
        igate_codes: which tenant's ids of status and channel (igate.py).
        igate_slice_has_last: a slice says whether it is the last one.
        igate_page_cap: maximum rows per page, whatever `size` requests.
        igate_returned_date: whether `returnedDate` exists.
        removal_updates: removing a dossier moves its updatedDate.
        statistics_first_page: 0 or 1.
        statistics_page_cap: maximum units per page of the 2026 API, whatever `pageSize` requests.
        statistics_per_second: more requests in a second are refused with 429; 0 for any number.
        statistics_refusal: the status of that refusal, 429 or 403.
        statistics_filtered: the reports whose counts `formalityId` filters: "progress", "channels", "payment", "sync",
            "digitised"; the others are as without it. In the captures: all but "sync" (CONTRACTS section 2).
        parents_include_children: a parent unit's numbers include its children's.
        unended_period: a period that has not ended is refused by "http" (400) or by "code" (not OK).
        hs_total: the old API's HS_TOTAL is the "portal" count or the "larger" of portal and province.
        old_unit_keys: the old API's keys for a unit's code and name.
        old_numbers: the old API writes numbers as "number" or as "text", a count now and then with a decimal point.
        registration_nested: registration's rows are flat ("no"), "each" below its MainInformation, or below MainInformation.Row
            as XML becomes JSON ("xml": one row is bare).
        adapter_prefix: first part of the national adapter's paths.
        adapter_dstcode: the provider is named by a "header" or a "query" parameter.
        adapter_success: error_code of success: "0", "00", or "int" for the number 0 (then every code is a number).
        adapter_rows_key, adapter_message_key: where the adapter puts rows and messages.
        adapter_dossier_keys: keys of a looked-up dossier in "camel" or "upper" case.
        adapter_not_found: an unknown dossier is reported by "empty" or "missing" rows, or by an error_code ("error").
        adapter_refusal: a bad login or session is reported by an error_code ("code") or by 401 ("http").
        adapter_session_calls: calls after which a session ends, whatever its age; 0 for no such limit.
        adapter_procedure_suffix: what follows a procedure's eight characters in the portal's catalogue.
        opencps_refusal: OpenCPS refuses a caller with "401" or with "203" (which is no success).
        opencps_days: its days and months are "local" or "utc".
        opencps_modified: it shows `modifiedDate` and can sort by it.
        opencps_window: rows beyond this position cannot be requested; 0 for no such limit.
        opencps_agency_ids: units by their "new" or "old" ids.
        opencps_service_suffix: what follows a procedure's eight characters in `serviceCode`.
        opencps_blank: an empty field is "" or is "missing".
        opencps_statistics_key: the key of the statistics' rows.
        opencps_statuses: which tenant's names for statuses (opencps_words.py).
        report_families: which workbook the province, the portal and the reporting system send (report_workbook.py).
        report_numbers: thousands in a workbook are written as "1.234" or "1,234".
        report_total_first: the row of totals is above the units, not below.
    """

    code_form: str = "2022"
    submission_as_receipt: bool = False
    predecessor_ids: bool = False
    export_agency: str = "code_and_name"
    export_dates: str = "dmy_hms"
    export_status: str = "name"
    export_headers: str = "a"
    export_typed_cells: bool = False
    own_national_code: bool = False
    igate_codes: str = "a"
    igate_slice_has_last: bool = True
    igate_page_cap: int = 1000
    igate_returned_date: bool = True
    removal_updates: bool = True
    statistics_first_page: int = 1
    statistics_page_cap: int = 200
    statistics_per_second: int = 0
    statistics_refusal: int = 429
    statistics_filtered: tuple[str, ...] = ("progress", "channels", "payment", "digitised")
    parents_include_children: bool = True
    unended_period: str = "http"
    hs_total: str = "portal"
    old_unit_keys: tuple[str, str] = ("MA_COQUAN", "TEN")
    old_numbers: str = "number"
    new_ministry_codes: bool = True
    driving_licence_dates: str = "dmy_hms"
    business_registration_dates: str = "dmy_hms"
    judicial_record_dates: str = "typed"
    ministry_words: str = "a"
    mapi_success: int | str = 0
    mapi_result_key: str = "data"
    mapi_message_key: str = "message"
    mapi_expired: str = "code"
    mapi_not_found: str = "empty"
    licence_channel_as_text: bool = True
    licence_error_key: str = "error_code"
    licence_error_status: int = 200
    registration_nested: str = "each"
    registration_count: str = "total"
    registration_other_sites: bool = False
    registration_page_cap: int = 100

    @property
    def ministries_with_days(self) -> tuple[str, ...]:
        """Names of the ministries' systems that show only the day of a time."""
        names = ("driving_licence", "business_registration", "judicial_record")
        return tuple(name for name in names if getattr(self, f"{name}_dates") == "dmy")

    adapter_prefix: str = "/XrdAdapter"
    adapter_dstcode: str = "header"
    adapter_success: str = "0"
    adapter_rows_key: str = "result"
    adapter_message_key: str = "message"
    adapter_dossier_keys: str = "camel"
    adapter_not_found: str = "empty"
    adapter_refusal: str = "code"
    adapter_session_calls: int = 0
    adapter_procedure_suffix: str = ""
    opencps_refusal: str = "401"
    opencps_days: str = "local"
    opencps_modified: bool = True
    opencps_window: int = 0
    opencps_agency_ids: str = "new"
    opencps_service_suffix: str = ""
    opencps_blank: str = ""
    opencps_statistics_key: str = "dossierStatisticData"
    opencps_statuses: str = "a"
    report_families: tuple[str, ...] = ("units", "units", "II.06a")
    report_numbers: str = "1.234"
    report_total_first: bool = False


VARIANTS = {
    "a": Variant(),
    "b": Variant(
        export_agency="name_with_district",
        export_dates="iso",
        export_status="code",
        export_headers="b",
        export_typed_cells=True,
        own_national_code=True,
        igate_codes="b",
        igate_slice_has_last=False,
        igate_page_cap=150,
        igate_returned_date=False,
        removal_updates=False,
        statistics_first_page=0,
        statistics_page_cap=40,
        statistics_refusal=403,
        statistics_filtered=("progress", "channels", "sync"),
        parents_include_children=False,
        unended_period="code",
        hs_total="larger",
        old_unit_keys=("MA_DONVI", "TEN_DONVI"),
        old_numbers="text",
        new_ministry_codes=False,
        driving_licence_dates="iso",
        business_registration_dates="iso",
        judicial_record_dates="dmy_hms",
        ministry_words="b",
        mapi_success="00",
        mapi_result_key="result",
        mapi_message_key="error_message",
        mapi_expired="http",
        mapi_not_found="code",
        licence_channel_as_text=False,
        licence_error_key="code",
        licence_error_status=403,
        registration_nested="no",
        registration_count="page",
        registration_other_sites=True,
        registration_page_cap=40,
        adapter_prefix="/VXPAdapter",
        adapter_dstcode="query",
        adapter_success="00",
        adapter_rows_key="data",
        adapter_message_key="error_message",
        adapter_dossier_keys="upper",
        adapter_not_found="error",
        adapter_refusal="http",
        adapter_session_calls=25,
        adapter_procedure_suffix=".000.00.00.H37",
        opencps_refusal="203",
        opencps_days="utc",
        opencps_modified=False,
        opencps_window=10_000,
        opencps_agency_ids="old",
        opencps_service_suffix=".000.00.00.H37",
        opencps_blank="missing",
        opencps_statistics_key="data",
        opencps_statuses="b",
        report_families=("II.06a", "units", "07a"),
        report_numbers="1,234",
        report_total_first=True,
    ),
}


#: Choices of the wire alone: a reader has to cope with each, whatever its province file says. They may be drawn.
DRAWN = (
    "igate_slice_has_last", "igate_page_cap", "statistics_first_page", "statistics_page_cap", "parents_include_children",
    "unended_period", "old_unit_keys", "old_numbers", "mapi_success", "mapi_result_key", "mapi_message_key", "mapi_expired",
    "mapi_not_found", "licence_channel_as_text", "licence_error_key", "licence_error_status", "registration_nested",
    "registration_count", "registration_page_cap", "statistics_refusal", "statistics_filtered",
)  # fmt: skip
_FURTHER: dict[str, tuple[object, ...]] = {
    "registration_nested": ("xml",),
    "igate_page_cap": (37,),
    "statistics_filtered": ((), ("progress",), ("channels", "payment"), ("progress", "channels", "sync", "digitised")),
}


def choices(name: str) -> list[Any]:
    """What a choice may be in a drawn world."""
    return [*(getattr(variant, name) for variant in VARIANTS.values()), *_FURTHER.get(name, ())]


def drawn(seed: int) -> Variant:
    """World "a", with each choice of the wire drawn."""
    draw = random.Random(seed)
    return dataclasses.replace(Variant(), **{name: draw.choice(choices(name)) for name in DRAWN})


def parse_variant(text: str) -> Variant:
    """Read "a", "b", "drawn-7" (by that seed), or any with changes: "a,own_national_code=true,igate_page_cap=50".

    Raises:
        ValueError: no such world or no such choice.
    """
    name, *changes = text.split(",")
    kind, _, seed = name.partition("-")
    if name not in VARIANTS and not (kind == "drawn" and seed.isdecimal()):
        raise ValueError(f"no variant {name!r}; there are {', '.join(VARIANTS)}, and drawn-N")
    variant = VARIANTS[name] if name in VARIANTS else drawn(int(seed))
    for change in changes:
        key, _, value = change.partition("=")
        if key not in {field.name for field in dataclasses.fields(Variant)}:
            raise ValueError(f"no choice {key!r} in a variant")
        changed: dict[str, Any] = {key: _typed(getattr(variant, key), value)}
        variant = dataclasses.replace(variant, **changed)
    return variant


def _typed(like: object, text: str) -> object:
    if isinstance(like, bool):
        return text.lower() in ("1", "true", "yes")
    if isinstance(like, int):
        return int(text)
    return tuple(text.split("/")) if isinstance(like, tuple) else text
