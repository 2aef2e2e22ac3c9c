"""News: what somebody should be told of a night, once, with what to do, until it is over.

What stands is derived from the warehouse by one query a kind (troubles/), so that telling may be repeated at any time and by
anybody: the last task of a run, the Dag of the morning, Airflow's deadline callback, `doisoat tell`. ops.news remembers
the troubles and ops.news_telling what each sender told; whoever comes second finds nothing left to tell.
"""

from doisoat.news.telling import due_night, tell, test_senders

__all__ = ["due_night", "tell", "test_senders"]
