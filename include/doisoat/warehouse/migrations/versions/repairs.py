"""What repairs change and gain is kept with the night: recon.repair, rate_sum and repair_gain.

What the repairs of nights published before change is filled in from what the warehouse holds of them, one after the other.
What they gain is not: a night says so, and `doisoat score` still computes it from their cells.
"""

from pathlib import Path

from alembic import op

revision = "repairs"
down_revision = "in_progress"

HERE = Path(__file__).with_name("repairs")


def upgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql(_statements("tables").replace("%", "%%"))
    nights = connection.exec_driver_sql(
        """select archive_id, night from ops.publication where expired_at is null
        union select 0, night from recon.comparison where night = (select max(night) from recon.comparison)
        order by 1, 2"""
    ).fetchall()
    if not nights:
        return
    connection.exec_driver_sql(_statements("columns"))
    for archive_id, night in nights:
        asked = {"archive_id": archive_id, "night": night}
        connection.exec_driver_sql("insert into asked_night values (%(archive_id)s, %(night)s)", asked)
        connection.exec_driver_sql(
            f"""insert into found select archive_id, night, jsonb_populate_record(null::recon.repair, to_jsonb(f))
            from (
                select %(archive_id)s::integer as archive_id, %(night)s::date as night, r.*
                from ({_statements("of_night")}) r
            ) f""",
            asked,
        )
    connection.exec_driver_sql(_statements("ranges"))


def _statements(name: str) -> str:
    return (HERE / f"{name}.sql").read_text("utf-8")
