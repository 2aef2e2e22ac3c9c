"""What a source is given of the time that a night waits for it."""

from __future__ import annotations

import datetime as dt

from doisoat.collect.landing import sealed_landings
from doisoat.province.file import SourceSettings
from doisoat.province.site import Site
from doisoat.sources.http.waiting import late
from doisoat.warehouse import connect, order


def waited_for(site: Site, night: dt.date, source_id: str) -> SourceSettings:
    """The source's settings, with the time that is left of what the night waits for it.

    Raises:
        SourceLateError: none is left.
    """
    settings = site.settings.sources[source_id]
    with connect(site.dsn) as connection:
        left = order.hours_left(connection, night, settings.limits.wait_hours)
    if left <= 0:
        if source_id not in sealed_landings(site, night):
            raise late(source_id, f"its answers for night {night}")
        left = settings.limits.wait_hours  # it is sealed: nothing will be asked
    return settings.model_copy(update={"limits": settings.limits.model_copy(update={"wait_hours": left})})
