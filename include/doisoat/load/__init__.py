"""From sealed landings into core: records, totals, reference data; which records are one dossier. Start with landings.py."""
