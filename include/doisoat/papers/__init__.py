"""The papers of a night and of a period: what officials print, fill in, sign and send on. Without personal data."""
