"""What the API's requests and answers hold. The names of these classes are published in the OpenAPI document."""

import re
from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints, WithJsonSchema, field_validator

from idp.agents.models import LONGEST_LABEL, Reason
from idp.agents.writable import UNWRITABLE

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Omitted = Annotated[str | None, WithJsonSchema({"type": "string"})]
"""Text that the answer omits if there is none."""
NameId = Annotated[str | None, Field(description="The agent's NameID, as Flex knows it. Null before the first answer.")]
REFERENCE = "Identifies this request in Latchkey's log and audit trail. Give it to your operator."


class Error(Schema):
    """Why a request failed."""

    error: Annotated[str, Field(description="A stable code for programs.", examples=["invalid_grant"])]
    error_description: Annotated[str, Field(description="A sentence for developers, in English. It may change.")]
    reference: Annotated[str, Field(description=REFERENCE)]
    reason: Annotated[
        Omitted,
        Field(
            description="More specific than `error`, for programs: `code_needed` (sign in again), `replaced` (another "
            "phone signed in), `signed_out`, `copied` (an old copy of the sign-in was used), `refused` (an access rule "
            "refuses this phone, or the agent is switched off) or `unknown` (no such code or token)."
        ),
    ] = None


class PushAddress(Schema):
    """Where push messages reach an app."""

    provider: Annotated[str, Field(examples=["apns"])]
    address: Annotated[str, Field(description="For the provider. Latchkey does not interpret it.")]


class Device(Schema):
    """A phone or computer on which an agent is, or was, signed in: a browser, or an app."""

    id: UUID
    kind: Annotated[str, Field(description="`mobile` (phones and tablets) or `desktop`.", examples=["mobile"])]
    platform: Annotated[str, Field(description="`apple`, `android` or `other`, as the device claims.")]
    label: Annotated[str, Field(description="A name for people, such as *iPhone, Safari*.")]
    client_id: Annotated[str | None, Field(description="The app. Null for a browser.")]
    app_version: str | None
    push: PushAddress | None
    signed_in_since: Annotated[datetime, Field(description="When the agent first entered a code on this device.")]
    last_code_at: Annotated[datetime, Field(description="When the agent last entered a code on it.")]
    last_seen_at: datetime


class OwnDevice(Device):
    """The device of the app that sends the request."""

    code_needed_at: Annotated[
        datetime | None, Field(description="When the timeout policy next requires a code. Null for never.")
    ]


class Agent(Schema):
    """An agent, and the devices on which the agent is signed in."""

    name_id: str
    may_sign_in: Annotated[
        bool, Field(description="False if an operator or a personnel system has switched the agent off.")
    ]
    phone_number: Annotated[str | None, Field(description="The mobile number, in E.164.", examples=["+12015550101"])]
    phone_number_verified_at: Annotated[
        datetime | None,
        Field(description="When a code sent to this number was last entered. Null if that is no longer stored."),
    ]
    devices: list[Device]


class DeviceChange(Device):
    """A device in its current state, signed in or signed out."""

    name_id: NameId
    signed_out_at: Annotated[datetime | None, Field(description="Null while the agent is signed in on it.")]
    reason: Annotated[
        str | None,
        Field(description=f"Why it was signed out: {', '.join(f'`{it}`' for it in Reason.values)}. Null otherwise."),
    ]


class DeviceChanges(Schema):
    """A page of devices, in the order of their last change."""

    devices: list[DeviceChange]
    next: Annotated[str, Field(description="The cursor to send as `since` in your next request. Store it.")]
    more: Annotated[bool, Field(description="Whether more changes are waiting. If so, request the next page at once.")]


class TokenResponse(Schema):
    """Tokens (RFC 6749 section 5.1)."""

    access_token: Annotated[str, Field(description="Send it to this API, as `Authorization: Bearer`.")]
    token_type: str = "Bearer"  # noqa: S105 - the name of a type
    expires_in: Annotated[int, Field(description="Seconds until the access token expires.", examples=[900])]
    refresh_token: Annotated[
        Omitted, Field(description="For apps. Store it in place of the one you have. If it is missing, keep yours.")
    ] = None


class SignInLink(Schema):
    """A link that opens a service."""

    url: Annotated[str, Field(description="Open it in the browser at once. It works once.")]
    expires_in: Annotated[int, Field(description="Seconds until the link expires.", examples=[60])]


class Body(Schema):
    """A JSON object in a request. Unknown names are refused, since ignoring them would hide a mistake."""

    model_config = ConfigDict(extra="forbid")


class PushAddressUpdate(Body):
    """A new push address."""

    provider: Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,15}$", examples=["apns", "fcm"])]
    address: Annotated[
        str, Field(pattern="^[!-~]{1,2048}$", description="For the provider. Latchkey does not interpret it.")
    ]


class DeviceUpdate(Body):
    """The values to change. Those that you leave out stay as they are."""

    label: Annotated[Text, Field(min_length=1, max_length=LONGEST_LABEL)] | None = None
    app_version: Annotated[str, Field(pattern="^[ -~]{0,40}$")] | None = None
    push: Annotated[PushAddressUpdate | None, Field(description="Null removes the push address.")] = None

    @field_validator("label")
    @classmethod
    def is_writable(cls, label: str | None) -> str | None:
        """Refuse characters that the database cannot store."""
        if label is not None and re.search(UNWRITABLE, label):
            raise ValueError("contains a character that cannot be stored")
        return label


class SignInLinkRequest(Body):
    """The service to open."""

    sp: Annotated[
        str,
        Field(
            pattern="^[A-Za-z0-9_-]{1,50}$",
            description="The service's short name. An operator must have allowed the app to open it.",
            examples=["flex"],
        ),
    ]
