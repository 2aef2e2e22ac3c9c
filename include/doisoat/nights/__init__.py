"""One night step by step, replay, the deep sweep, and retention."""
