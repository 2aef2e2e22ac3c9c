"""The indicators as named and dated formulas (definitions.yaml, rules/), and what a province file chooses of them."""
