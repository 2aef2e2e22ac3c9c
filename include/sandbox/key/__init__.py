"""The answer key: the truth about a world's dossiers."""
