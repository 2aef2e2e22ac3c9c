"""The page: what an official, a unit and an engineer open in the morning. Reads `mart` only; see docs/adr/0030-the-page.md."""
