"""Registration of businesses, co-operatives and household businesses, a ministry's system ("CSDLDKDN")."""

from doisoat.sources.business_registration.source import BusinessRegistration

__all__ = ["BusinessRegistration"]
