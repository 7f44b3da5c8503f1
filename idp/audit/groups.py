"""Groups the kinds of lines by what an operator looks for. Each kind is in one group."""

from enum import StrEnum
from typing import Final

from idp.audit.models import Kind


class Group(StrEnum):
    """What somebody looks for."""

    SIGN_INS = "sign-ins"
    CODES = "codes"
    ENDINGS = "sign-outs"
    ALARMS = "alarms"
    WAYS_IN = "ways in"
    PEOPLE = "people"
    POLICY = "policy"
    ACTS = "acts"
    ADMIN_SIGN_INS = "door"
    FILES = "files"


WORDS: Final = {
    Group.SIGN_INS: "sign-ins and answers to services",
    Group.CODES: "codes",
    Group.ENDINGS: "sign-outs",
    Group.ALARMS: "copied sign-ins, and what looks like one",
    Group.WAYS_IN: "numbers and other ways in",
    Group.PEOPLE: "agents",
    Group.POLICY: "stops and passes",
    Group.ACTS: "what operators changed",
    Group.ADMIN_SIGN_INS: "who entered the admin",
    Group.FILES: "exports, imports and personal values shown",
}

KINDS: Final = {
    Group.SIGN_INS: {
        *(Kind.SIGNED_IN, Kind.PROVED, Kind.RENEWED, Kind.ANSWERED, Kind.REFUSED, Kind.DECLINED, Kind.SWITCHED_OFF),
    },
    Group.CODES: {
        *(Kind.CODE_SENT, Kind.CODE_NOT_SENT, Kind.CODE_WRONG, Kind.CODE_UNKNOWN, Kind.CODE_GIVEN, Kind.CODE_REVOKED),
        *(Kind.PAUSE_LIFTED, Kind.SAFE_LIST, Kind.TEST_SENT, Kind.TEST_NOT_SENT, Kind.TEST_ARRIVED, Kind.TEST_WRONG),
    },
    Group.ENDINGS: {
        *(Kind.DEVICE_ENDED, Kind.SIGNED_OUT, Kind.SERVICE_TOLD, Kind.SERVICE_UNTOLD, Kind.EVERYONE_OUT),
    },
    Group.ALARMS: {
        *(Kind.NOT_ME, Kind.TOKEN_COPIED, Kind.PASSKEY_COPIED, Kind.TOKEN_UNKNOWN, Kind.TOKEN_UNANSWERED),
        Kind.PASSKEY_REFUSED,
    },
    Group.WAYS_IN: {
        *(Kind.NUMBER_CHANGED, Kind.NUMBER_TOLD, Kind.NUMBER_UNTOLD, Kind.FACTOR_ADDED, Kind.FACTOR_REMOVED),
        Kind.PUSH_CHANGED,
    },
    Group.PEOPLE: {Kind.AGENT_OFF, Kind.AGENT_ON, Kind.NAME_CHOSEN, Kind.NAME_CHANGED},
    Group.POLICY: {Kind.STOPPED, Kind.STOP_LIFTED, Kind.PASS_GIVEN, Kind.PASS_ENDED},
    Group.ACTS: {Kind.ADDED, Kind.CHANGED, Kind.REMOVED, Kind.WROTE},
    Group.ADMIN_SIGN_INS: {
        *(Kind.OPERATOR_IN, Kind.OPERATOR_OUT, Kind.OPERATOR_REFUSED, Kind.CONFIRMED, Kind.OWN_SIGN_IN),
    },
    Group.FILES: {Kind.IMPORTED, Kind.IMPORT_UNDONE, Kind.EXPORTED, Kind.TRAIL_EXPORTED, Kind.VALUES_SHOWN},
}
