"""Every error Selaras raises on purpose, grouped by what happens next.

SelarasError
├── TryLaterError        the world is in the way (network, rate limit, file open): the next cycle tries again
│   └── UnknownOutcomeError   a write may or may not have happened: read back before anything else
├── ItemError            this one listing, row or order cannot be done: note it, go on with the rest
├── PersonNeededError    nothing helps until somebody changes the configuration or a permission (exit code 78)
└── BugError             our own mistake (a refused signature, an impossible state): stop and say so

Foreign exceptions are translated into one of these at the edge where they arise, with ``raise … from``.
"""

from daemon.domain.messages import Message, Param


class SelarasError(Exception):
    """Root of all. ``message`` says what, why and what to do; ``detail`` is for the log and holds no secrets.

    ``problems`` has one message for each cure, where there are several in a file that a person wrote.
    """

    problems: tuple[Message, ...] = ()

    def __init__(self, code: str, *, detail: str = "", **params: Param) -> None:
        self.message = Message(code, params)
        self.detail = detail
        shown = " ".join(f"{key}={value}" for key, value in params.items())
        super().__init__(" ".join(part for part in (code, shown, detail) if part))


class TryLaterError(SelarasError):
    """The world is in the way; nothing was changed, and the next cycle tries again."""


class UnknownOutcomeError(TryLaterError):
    """A write was sent and no answer came: it is settled by reading back, never by guessing."""


class ItemError(SelarasError):
    """One item cannot be done; the others go on."""


class PersonNeededError(SelarasError):
    """A person must act; repeating does not help."""


class BugError(SelarasError):
    """Our own mistake."""
