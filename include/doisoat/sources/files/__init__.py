"""Files that people export and drop: an inbox, and the spreadsheets in it."""
