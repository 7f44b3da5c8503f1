"""The settings for Twilio Verify."""

import re

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Twilio(BaseSettings):
    """The Verify service and its credentials. `base_url` is set for the emulator only."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore", env_ignore_empty=True)

    account_sid: str = Field("", validation_alias="TWILIO_ACCOUNT_SID")
    api_key: str = Field("", validation_alias="TWILIO_API_KEY")
    secret: SecretStr = Field(SecretStr(""), validation_alias=AliasChoices("TWILIO_API_SECRET", "TWILIO_AUTH_TOKEN"))
    service_sid: str = Field("", validation_alias="TWILIO_VERIFY_SERVICE_SID")
    base_url: str | None = Field(None, validation_alias="LATCHKEY_VERIFY_BASE_URL")
    locale: str = Field("", validation_alias="LATCHKEY_VERIFY_LOCALE")
    template_sid: str = Field("", validation_alias="LATCHKEY_VERIFY_TEMPLATE")

    @property
    def username(self) -> str:
        """Return the API key's ID if there is one, else the account's."""
        return self.api_key or self.account_sid

    @property
    def password(self) -> str:
        """Return the secret that belongs to `username`."""
        return self.secret.get_secret_value()

    def faults(self) -> list[str]:
        """Return what is missing or malformed."""
        wanted = {
            "TWILIO_ACCOUNT_SID": re.fullmatch("AC[0-9a-fA-F]{32}", self.account_sid),
            "TWILIO_VERIFY_SERVICE_SID": re.fullmatch("VA[0-9a-fA-F]{32}", self.service_sid),
            "TWILIO_API_KEY and TWILIO_API_SECRET (or TWILIO_AUTH_TOKEN)": self.password,
            "LATCHKEY_VERIFY_LOCALE": re.fullmatch("([a-z]{2,3}(-[A-Za-z]{2,4})?)?", self.locale),
            "LATCHKEY_VERIFY_TEMPLATE": re.fullmatch("(HJ[0-9a-fA-F]{32})?", self.template_sid),
        }
        return [f"{name} is missing or malformed." for name, found in wanted.items() if not found]
