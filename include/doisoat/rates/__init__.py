"""What the gaps cost: rates by formulas with names and dates, computed for every night, period and agency."""
