"""Phone numbers that can be proved, the other ways of proof, and the attempts."""

from idp.otp.models.breaker import Breaker
from idp.otp.models.daily_codes import DailyCodes
from idp.otp.models.daily_sends import DailySends
from idp.otp.models.other_codes import AuthenticatorApp, OneTimeCode, RecoveryCode
from idp.otp.models.phone_number import NUMBER_NAME, PhoneAuthenticator
from idp.otp.models.safe_listing import SafeListing
from idp.otp.models.verification import (
    SENT,
    TO_NOBODY,
    TRIED_IN_VAIN,
    WENT_WELL,
    Outcome,
    Verification,
    VerificationSend,
)

__all__ = [
    "NUMBER_NAME",
    "SENT",
    "TO_NOBODY",
    "TRIED_IN_VAIN",
    "WENT_WELL",
    "AuthenticatorApp",
    "Breaker",
    "DailyCodes",
    "DailySends",
    "OneTimeCode",
    "Outcome",
    "PhoneAuthenticator",
    "RecoveryCode",
    "SafeListing",
    "Verification",
    "VerificationSend",
]
