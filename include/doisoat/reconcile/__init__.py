"""Who holds which dossier, what each side says, and how the difference of the sums is made up."""

from doisoat.reconcile.run import PAIR, Comparison, comparison_of, reconcile

__all__ = ["PAIR", "Comparison", "comparison_of", "reconcile"]
