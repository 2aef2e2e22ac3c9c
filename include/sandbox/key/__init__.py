"""The answer key: what a world's dossiers truly are."""
