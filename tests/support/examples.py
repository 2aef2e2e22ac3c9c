"""How many examples Hypothesis tries: few in the suite, which runs often, and many in the campaign (DOISOAT_CAMPAIGN=1).

Both draw at random and print how a failure is had again. DOISOAT_EXAMPLES says another number, for a change of what is tested.
"""

from __future__ import annotations

import os

from hypothesis import settings

#: Whether this run is one of the campaign.
CAMPAIGN = bool(os.environ.get("DOISOAT_CAMPAIGN"))


def examples(*, suite: int, campaign: int) -> int:
    """The one number or the other, as this run is the suite's or the campaign's; or what DOISOAT_EXAMPLES says."""
    return int(os.environ.get("DOISOAT_EXAMPLES") or (campaign if CAMPAIGN else suite))


def load_profile() -> None:
    """Let tests that say no number of their own try as many as this run is for; a slow machine is no failure."""
    settings.register_profile("suite", deadline=None, print_blob=True, max_examples=40)
    settings.register_profile("campaign", deadline=None, print_blob=True, max_examples=200)
    settings.load_profile("campaign" if CAMPAIGN else "suite")
