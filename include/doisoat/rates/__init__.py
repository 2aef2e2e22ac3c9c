"""What the gaps cost: rates by named and dated formulas, computed for every night, period and agency."""
