"""The command line. Only this package imports typer; rich is used only to print reports."""
