"""HTTP to the sources: pace, patience, trust, deadlines."""
