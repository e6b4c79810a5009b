"""The request signature of the TikTok Shop Open API (reference, section 1.6)."""

import hashlib
import hmac
from collections.abc import Mapping

_UNSIGNED = frozenset({"sign", "access_token"})


def signature(app_secret: str, path: str, query: Mapping[str, str], body: bytes = b"") -> str:
    """Return the value of the ``sign`` parameter: 64 lowercase hex digits.

    ``query`` holds decoded values, ``path`` has neither host nor query string, and ``body`` is exactly
    the bytes that will be sent, or empty for a multipart upload, which is not signed.
    """
    parameters = "".join(name + query[name] for name in sorted(query.keys() - _UNSIGNED))
    secret = app_secret.encode()
    to_sign = secret + (path + parameters).encode() + body + secret
    return hmac.new(secret, to_sign, hashlib.sha256).hexdigest()
