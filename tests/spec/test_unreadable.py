"""The manual of what cannot be read: unreadable is not absent, on no side, and unknown differs from nothing (docs/adr/0027)."""

from __future__ import annotations

from support.world import World

NIGHT, NEXT, LAST = "2024-04-18", "2024-04-19", "2024-04-20"


def code(number: int, agency: str = "H37.21.01") -> str:
    return f"{agency}-240401-{number:04}"


def test_a_row_whose_key_was_read_proves_presence_and_is_compared_by_what_was_read(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    everything = "agency procedure status channel submitted received due finished returned updated"
    world.run(
        NIGHT,
        checks=True,
        igate=f"""
        code      | due        | status | received   | unread
        {code(1)} | 2024-04-08 | 4      | =          |
        {code(2)} | 2024-04-08 | 4      | =          |
        {code(3)} | 2024-04-08 | 4      | =          | received due
        {code(4)} | 2024-04-08 | 4      | =          | due
        """,
        national_export=f"""
        code      | due        | status | received   | unread
        {code(1)} | 2024-04-09 | 4      | =          | due
        {code(2)} | 2024-04-09 | 9      | 2024-03-01 | {everything}
        {code(3)} | 2024-04-09 | 4      | 2024-04-02 |
        {code(4)} | 2024-04-09 | 9      | =          |
        {code(5)} | =          | =          | 2024-04-01 | received
        """,
    )
    assert world.differences(NIGHT) == [(code(4), "status", "9", "4")]
    assert [row for row in world.verdicts(NIGHT) if row[1:] != ("matched", "settled")] == [
        (code(5), "national_only", "pending")  # received no later than the night that first showed it
    ]
    assert world.rows("select position, field, record_id, is_identified from ops.quarantine order by 1, record_id") == [
        ("page 3 row 0", "due_at", code(1), True),
        ("page 3 row 1", "agency_code", code(2), True),
        ("page 3 row 2", "received_at", "id-" + code(3), True),
        ("page 3 row 3", "due_at", "id-" + code(4), True),
        ("page 3 row 4", "received_at", code(5), True),
    ]
    world.run(NEXT, igate=f"code\n{code(1)}\n{code(2)}\n{code(3)}\n{code(4)}", national_export=f"""
        code      | due        | unread
        {code(1)} | 2024-04-09 |
        {code(2)} | =          |
        {code(3)} | =          |
        {code(4)} | =          |
        {code(5)} | =          | received
        """)  # fmt: skip
    assert world.differences(NEXT) == [(code(1), "due_date", "2024-04-09", "2024-04-06")]
    assert world.verdicts(NEXT)[-1] == (code(5), "national_only", "pending")
    everyone = "\n".join(map(code, range(1, 5)))
    world.run(LAST, igate=f"code\n{everyone}", national_export=f"code\n{everyone}\n{code(5)}")
    assert world.verdicts(LAST) == [(code(5), "national_only", "gap")]


def test_a_ministrys_dossier_is_compared_with_what_was_read_of_the_other_sides(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(
        NIGHT,
        licences=f"""
        code      | id | agency    | received         | due        | unread
        LX-24-001 | 1  | H37.21.01 | 2024-04-01 10:00 | 2024-04-08 |
        LX-24-002 | 2  | H37.21.02 | 2024-04-01 10:00 | 2024-04-08 |
        {code(1)} | 3  | H37.03    | =                | 2024-04-08 |
        {code(2)} | 4  | H37.03    | =                | 2024-04-08 | received
        """,
        igate=f"""
        code      | agency    | due        | received         | unread
        {code(1)} | H37.03    | 2024-04-09 | =                | due
        {code(3)} | H37.21.01 | =          | 2024-04-01 09:00 | received
        """,
        national_export=f"code | agency\n{code(1)} | H37.03\n{code(3)} | H37.21.01",
    )
    assert world.rows("select dossier_id, attribute from recon.difference where pair = 'ministry_provincial'") == []
    provincial = world.rows(
        "select dossier_id, presence, standing from recon.verdict where pair = 'ministry_provincial' order by 1"
    )
    assert provincial == [
        (code(2), "undetermined", "undecided"),  # the day by which it would be matched was not read
        ("LX-24-001", "ministry_only", "incomplete"),  # may be the province's, whose day of receipt was not read
        ("LX-24-002", "ministry_only", "gap"),
    ]


def test_a_row_whose_key_was_not_read_hides_what_it_may_be_and_nothing_else(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    other, third = "H37.21.02", "H37.03"
    igate = f"""
        code             | id | national           | unread
        {code(1)}        | 1  |                    |
        {code(2, other)} | 2  |                    |
        {code(3, third)} | 3  |                    | code
        {code(4)}        | 4  | G22.99-240401-0004 | national
        {code(5, other)} | 5  | G22.99-240401-0005 | national
        """
    portal = f"""
        code             | agency | procedure | received   | unread
        {code(1)}        | =      | =         | =          | code
        {code(6, third)} | =      | =         | =          |
        {code(7, other)} | =      | =         | =          |
        {code(8, third)} | =      | 1.001193  | =          |
        {code(9, third)} | =      | =         | 2024-03-01 |
        """
    world.run(NIGHT, checks=True, igate=igate, national_export=portal)
    assert world.verdicts(NIGHT) == [
        (code(6, third), "national_only", "incomplete"),  # may be the province's row without a readable code
        (code(8, third), "national_only", "gap"),  # of another procedure
        (code(9, third), "national_only", "gap"),  # of another month
        (code(1), "provincial_only", "incomplete"),  # may be the portal's
        (code(4), "provincial_only", "incomplete"),
        (code(2, other), "provincial_only", "gap"),
        (code(5, other), "provincial_only", "incomplete"),  # the portal may hold it under the code that was not read
        (code(7, other), "national_only", "incomplete"),
    ]
