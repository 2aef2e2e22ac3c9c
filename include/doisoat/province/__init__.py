"""The province: its file, its reference data and working days, all dated, and the site that they make."""
