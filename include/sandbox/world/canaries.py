"""Personal data as canaries: every personal field holds a value that can be recognised wherever it must not appear.

A test that greps tables, files and logs for `PATTERN` proves that no personal field was decoded.
"""

from __future__ import annotations

import re
from typing import Any

#: Matches every personal value that the sandbox sends, and nothing else that it sends.
PATTERN = re.compile(r"Canary|canary\.invalid|CANARY|091999\d{6}|0919990\d{5}")

_GIVEN = ("An", "Bình", "Châu", "Dung", "Giang", "Hà", "Khánh", "Lan", "Minh", "Nga", "Phúc", "Quỳnh", "Sơn", "Thảo")


def full_name(number: int) -> str:
    return f"Nguyễn Canary {_GIVEN[number % len(_GIVEN)]} {number}"


def identity_number(number: int) -> str:
    return f"091999{number % 1_000_000:06d}"


def phone(number: int) -> str:
    return f"0919990{number % 100_000:05d}"


def email(number: int) -> str:
    return f"cong.dan.{number}@canary.invalid"


def address(number: int) -> str:
    return f"Số {number % 300 + 1}, ngõ Canary {number}, Lạng Sơn"


def summary(number: int) -> str:
    return f"Đơn của ông/bà Nguyễn Canary {number} về thửa đất CANARY-{number}"


def applicant(number: int) -> dict[str, Any]:
    """iGate's `applicant{...}`: entirely personal data (CONTRACTS section 3)."""
    return {
        "userId": f"CANARY-{number}",
        "eformId": f"CANARY-EFORM-{number}",
        "data": {
            "fullname": full_name(number),
            "ownerFullname": full_name(number + 1),
            "identityNumber": identity_number(number),
            "phoneNumber": phone(number),
            "email": email(number),
            "address": address(number),
            "noidungyeucaugiaiquyet": summary(number),
        },
    }
