"""What to do about an answer: a table from the marketplace's code, or the HTTP status, to a reaction.

Source: reference, sections 1.4, 2.3, 5.6, 10.2 and 10.3. A code that is not listed is a refusal: it is never
repeated, and its text is kept for the log and the seller.
"""

import re
from enum import StrEnum, auto

from daemon.domain.refusals import Cure
from daemon.marketplaces.tiktok_shop.models import Envelope


class Reaction(StrEnum):
    """What happens next."""

    DONE = auto()
    WAIT = auto()
    """Refused at the door because of the rate: slow down and repeat, writes too."""
    QUOTA = auto()
    """What a development shop may be asked in an hour is used up: nothing helps before the next one."""
    REPEAT = auto()
    """Something failed inside: a read may be repeated, a write's outcome is unknown."""
    NEW_TOKEN = auto()
    """Refresh the token and repeat, once."""
    CORRECT_CLOCK = auto()
    """Take the time from the answer and repeat, once."""
    OLDER_VERSION = auto()
    """This version is not open to the app: ask the older one from now on, if there is one."""
    PERSON = auto()
    """Only a person can help; :data:`PERSON_CODES` says which message."""
    SIGNATURE = auto()
    """The signature was refused: a wrong secret, or our own mistake."""
    REFUSED = auto()
    """This request, or what it is about, is not allowed."""


ACCESS_TOKEN_EXPIRED = 105002
SIGNATURE_WRONG = 106001
WAREHOUSE_MISSING = 12052516
PLATFORM_WAREHOUSE = 12052382
SKU_UNKNOWN = 12019022
TOO_MANY_HITS = 12052180
ALREADY_SHIPPED = 21011006
ORDER_UNKNOWN = 21008111
CANCEL_IS_RUNNING = 25001011
ALREADY_CANCELLED = 25001051
PRODUCT_CODES = frozenset({12019113, 12052901, 12052048})
"""Refusals that are about the product, whichever of its SKUs is named."""
BUNDLE_CODES = frozenset({12052708, 12052850})
"""Refusals of a stock that follows that of other goods."""
CODE = re.compile(r"\b[0-9]{8}\b")
"""A code as it stands in the reason of a refusal."""
CURES = {
    **dict.fromkeys((12052393, 12019045, 12052038), Cure.PROMOTION),
    **dict.fromkeys((12019113, 12052901, 12052003), Cure.STATUS),
    **dict.fromkeys((21011029, 21011037, 21011048), Cure.STATUS),
    **dict.fromkeys((SKU_UNKNOWN, 12052048, 21011001), Cure.GONE),
    **dict.fromkeys((12019024, 12052073, 12052084, 12052092, 12052570), Cure.RANGE),
    **dict.fromkeys((12052097, *BUNDLE_CODES, 12052921), Cure.WAREHOUSE),
    **dict.fromkeys((PLATFORM_WAREHOUSE, WAREHOUSE_MISSING), Cure.WAREHOUSE),
}
"""What helps against a refusal (reference 3.5, 3.6, 6.8)."""
_PARAMETER_FAULT = 36009004
TOKEN_REFUSALS = frozenset({36004001, 36004004})
"""A refresh token, or a code, that is used up, too old or wrong (reference 2.3)."""

PERSON_CODES = {
    # The first two reach a person only when the repair, or the very first call, failed.
    ACCESS_TOKEN_EXPIRED: "shop.authorization_ended",
    SIGNATURE_WRONG: "shop.wrong_secret",
    36004001: "shop.authorization_ended",
    36004004: "shop.authorization_ended",
    105001: "shop.authorization_ended",
    101000: "shop.token_of_another_shop",
    105005: "shop.permission_missing",
    106013: "shop.wrong_cipher",
    36009033: "shop.address_not_allowed",
    36009043: "shop.disabled",
    36009044: "shop.disabled",
}

_WAIT_CODES = (36009002, 12052109)
_REPEAT_CODES = (
    *(36009003, 36009007, 12001000, 12052881, 33001002, 25001028),
    *(10002014, 10002015, 10037002, 10037003, 10037004, 10006402),
)

_BY_CODE = {
    0: Reaction.DONE,
    **dict.fromkeys(PERSON_CODES, Reaction.PERSON),
    ACCESS_TOKEN_EXPIRED: Reaction.NEW_TOKEN,
    SIGNATURE_WRONG: Reaction.SIGNATURE,
    **dict.fromkeys(_WAIT_CODES, Reaction.WAIT),
    36009037: Reaction.QUOTA,
    36009014: Reaction.OLDER_VERSION,
    **dict.fromkeys(_REPEAT_CODES, Reaction.REPEAT),
}

# 36009004 is one code for many faults of parameters; only the text tells them apart (reference, 10.2).
_PARAMETER_REACTIONS = {
    "timestamp": (Reaction.CORRECT_CLOCK, "shop.clock_unclear"),
    "shop_cipher": (Reaction.PERSON, "shop.wrong_cipher"),
    "app_key": (Reaction.PERSON, "shop.wrong_app_key"),
    "app_secret": (Reaction.PERSON, "shop.wrong_secret"),
    "access-token": (Reaction.PERSON, "shop.authorization_ended"),
}


def reaction_to(status: int, envelope: Envelope | None) -> Reaction:
    """Decide by the code, and by the HTTP status where the code says nothing.

    ``envelope`` is ``None`` when the body was not the JSON we expect.
    """
    if envelope is None:
        return Reaction.WAIT if status == 429 else Reaction.REPEAT
    if envelope.code == _PARAMETER_FAULT:
        return _parameter_fault(envelope)[0]
    known = _BY_CODE.get(envelope.code)
    if known is Reaction.DONE and status >= 400:
        return Reaction.REPEAT
    if known is None and status == 429:
        return Reaction.WAIT
    if known is None and status >= 500:
        return Reaction.REPEAT
    return known or Reaction.REFUSED


def is_passing(code: int) -> bool:
    """Whether the failure of one of several items will pass, so that the item may be tried again."""
    return _BY_CODE.get(code) in {Reaction.WAIT, Reaction.QUOTA, Reaction.REPEAT}


def message_code(envelope: Envelope) -> str:
    """Name the message for an answer that a person must hear of, or that no repair has cured."""
    return PERSON_CODES.get(envelope.code) or _parameter_fault(envelope)[1]


def _parameter_fault(envelope: Envelope) -> tuple[Reaction, str]:
    for word, reaction in _PARAMETER_REACTIONS.items():
        if word in envelope.message:
            return reaction
    return Reaction.REFUSED, "shop.refused"
