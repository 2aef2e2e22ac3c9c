"""Who holds which dossier, what each side reports, and what the difference between the totals consists of."""

from doisoat.reconcile.run import PAIR, Comparison, comparison_of, reconcile

__all__ = ["PAIR", "Comparison", "comparison_of", "reconcile"]
