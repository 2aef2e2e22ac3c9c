"""Alerts: what somebody should know about a night and what to do, each sent once, with reminders until it is over.

One query per kind finds what is wrong (troubles/*.sql), due.sql finds what a sender has not sent yet; the texts are in
texts.yaml, the addresses in the connection `news` (senders.py), and telling.py puts them together. So sending may be repeated at
any time from anywhere: the last task of a run, the morning Dag, Airflow's deadline callback, `doisoat tell`. ops.news
records the problems and ops.news_telling what each sender has sent; the second caller finds nothing left to send.
"""

from doisoat.news.telling import due_night, tell, test_senders

__all__ = ["due_night", "tell", "test_senders"]
