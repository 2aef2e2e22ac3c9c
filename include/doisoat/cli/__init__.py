"""The command line. Nothing else imports typer; rich only prints reports."""
