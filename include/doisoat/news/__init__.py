"""Alerts: what somebody should know of a night, sent once, with what to do, until it is over.

What is wrong is found by one query per kind (troubles/*.sql), what a sender has not told yet by due.sql; the texts are in
texts.yaml, the addresses in the connection `news` (senders.py), and telling.py joins them. So sending may be repeated at any
time and by anybody: the last task of a run, the Dag of the morning, Airflow's deadline callback, `doisoat tell`. ops.news
remembers the troubles and ops.news_telling what each sender told; whoever comes second finds nothing left to tell.
"""

from doisoat.news.telling import due_night, tell, test_senders

__all__ = ["due_night", "tell", "test_senders"]
