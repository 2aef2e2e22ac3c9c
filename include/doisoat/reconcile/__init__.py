"""Who holds which dossier, what each side says, and how the difference of the sums is made up."""

from doisoat.reconcile.run import PAIR, Comparison, reconcile

__all__ = ["PAIR", "Comparison", "reconcile"]
