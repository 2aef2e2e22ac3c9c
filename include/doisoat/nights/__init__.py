"""One night step by step, nights again, a night as a whole, and what is kept of old ones."""
