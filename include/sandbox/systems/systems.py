"""Every simulated source system of a world, in the order in which they are asked whether a path is theirs."""

from __future__ import annotations

from sandbox.http.sessions import Sessions, Tokens
from sandbox.systems.business_registration import BusinessRegistration
from sandbox.systems.driving_licence import DrivingLicence
from sandbox.systems.igate import IGate, WorldShelves
from sandbox.systems.judicial_record import JudicialRecord
from sandbox.systems.national_adapter import NationalAdapter
from sandbox.systems.national_export import NationalExport
from sandbox.systems.national_statistics import NationalStatistics
from sandbox.systems.opencps import OpenCps
from sandbox.systems.report_workbook import ReportWorkbook
from sandbox.systems.system import Setting, System


def systems_of(setting: Setting) -> list[System]:
    """The systems that serve a world.

    To add one: a module named after its source kind, a class derived from sandbox.systems.system.System, a line here.
    """
    world, variant = setting.world, setting.world.variant
    credentials, life = setting.credentials, setting.session_life
    shelves = WorldShelves(world)
    platform = Tokens(credentials, life)  # one integration platform in front of two ministries' systems
    return [
        IGate(
            Tokens(credentials, life),
            shelves.at,
            variant.igate_page_cap,
            slice_has_last=variant.igate_slice_has_last,
            shelves=shelves,
        ),
        NationalStatistics(world),
        NationalExport(world, setting.inbox),
        NationalAdapter(world, credentials, life),
        OpenCps(world, credentials),
        DrivingLicence(world, credentials, Sessions(credentials, life), platform),
        BusinessRegistration(world, platform),
        JudicialRecord(world, setting.inbox),
        ReportWorkbook(world, setting.inbox),
    ]
