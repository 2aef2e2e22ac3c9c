"""VNPT iGate 2.0, a provincial case system that is documented well enough to build on."""

from doisoat.sources.igate.source import Igate

__all__ = ["Igate"]
