"""The province: its file, its reference data and working days, all with dates, and the site made from them."""
