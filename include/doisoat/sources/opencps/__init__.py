"""OpenCPS v2 (VietOpenCPS/opencps-v2), the open-source one-stop system, as the provincial case system."""

from doisoat.sources.opencps.source import Opencps

__all__ = ["Opencps"]
