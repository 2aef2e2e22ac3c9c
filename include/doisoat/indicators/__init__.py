"""The indicators as formulas with names and dates (definitions.yaml, rules/), and which of them a province file chooses."""
