"""What the marketplace answers when it does not do what was asked."""


class RefusedError(Exception):
    """An answer with a code other than 0.

    Raised and answered inside the sandbox only. ``http_status`` 200 is a business error (reference 1.4);
    everything else comes from the gateway and carries no data.
    """

    def __init__(self, code: int, message: str, *, http_status: int = 200) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.http_status = http_status


def bad_parameter(message: str) -> RefusedError:
    """Refuse a parameter (36009004 serves many faults; the message tells them apart, reference 10.2)."""
    return RefusedError(36009004, f"Invalid parameter. {message}", http_status=400)
