"""The truth: agencies, procedures, dossiers, and what happened to each."""
