"""Finds the agency named on the command line: by our id, or a code that it has or had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doisoat.errors import ConfigurationError

if TYPE_CHECKING:
    import psycopg

NAMED = """
select distinct on (agency_id) agency_id, name from archive.any_agency
where agency_id = %(said)s or %(said)s in (code, old_code)
    and not exists (select from archive.any_agency o where o.agency_id = %(said)s)
order by agency_id, valid_from desc
"""


def agency_named(connection: psycopg.Connection, said: str) -> tuple[str, str]:
    """The agency with that id or code, and its latest name; `unknown` is the unknown agency.

    Raises:
        ConfigurationError: there is none, or there are several.
    """
    if said == "unknown":
        return said, "unknown agency"
    found = connection.execute(NAMED, {"said": said}).fetchall()
    if not found:
        raise ConfigurationError(
            f"agency {said!r}: none has this id or code; give one of mart.dim_agency or the reference, such as H37.21"
        )
    if len(found) > 1:
        ids = ", ".join(agency_id for agency_id, _ in found)
        raise ConfigurationError(f"agency {said!r}: several have or had this code; name one by its id: {ids}")
    return found[0][0], found[0][1]
