"""What is accepted of a request, and which of its headers travel on.

Everything here is judged before a service hears of the request: two readers of one request must never see two
different requests, and nobody outside may say who they are except with a token.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from shared.errors import Problem
from shared.i18n import _

URL_BYTES = 8192
HEADER_COUNT = 100
HEADER_BYTES = 32_768

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# They are about one connection, not about the request (RFC 9110 7.6.1), or are made anew by us.
DROPPED = frozenset(
    name.encode()
    for name in (
        "connection keep-alive proxy-connection proxy-authorization proxy-authenticate te trailer transfer-encoding upgrade http2-settings expect "
        "content-length host forwarded via remote-user remote-addr traceparent tracestate baggage true-client-ip cf-connecting-ip client-ip"
    ).split()
)
# Of all `X-…` headers these alone come in: whatever names a person, an address or another host is made by us.
KEPT_X = frozenset({b"x-csrf-token", b"x-requested-with"})
ONCE = frozenset({b"host", b"authorization", b"content-length", b"transfer-encoding", b"content-type", b"idempotency-key", b"traceparent"})
# A `Connection` header may name headers to drop, but not make a request say something else than it did.
NEVER_DROPPED_BY_NAME = frozenset({b"authorization", b"cookie", b"content-type", b"idempotency-key", b"if-match", b"if-none-match", b"accept", b"accept-language"})
PLAIN_CONNECTION = frozenset({b"keep-alive", b"close", b"Keep-Alive", b"Close"})

# Of an answer: what is about the connection to the service, and what we say ourselves.
ANSWER_DROPPED = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"proxy-authenticate",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"date",
        b"server",
        b"x-request-id",
        b"x-trace-id",
    }
)

NEEDS_A_LOOK = re.compile(rb"[%\\\x00-\x20\x7f-\xff]|//|/\.")
BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})|%2[fF]|%5[cC]|%00")
DIGITS = re.compile(rb"[0-9]{1,15}")


@dataclass(slots=True)
class Asked:
    """A request whose head was read and found good."""

    forwarded: list[bytes]
    authorization: bytes
    host: bytes
    accept_language: bytes
    accept: bytes
    traceparent: str | None
    forwarded_for: bytes
    length: int  # of the body, -1 when it comes in chunks
    chunked: bool
    expects: bool  # waits for `100 Continue` before it sends the body

    @property
    def has_body(self) -> bool:
        return self.length != 0


def bad_request(slug: str, detail: str) -> Problem:
    return Problem(400, slug, detail)


def check_path(raw_path: bytes) -> str:
    """The decoded path, in the one spelling that a route table can judge. Raises Problem."""
    if len(raw_path) > URL_BYTES:
        raise address_too_long()
    if NEEDS_A_LOOK.search(raw_path) is None and raw_path[:1] == b"/":
        return raw_path.decode("ascii")
    try:
        if BAD_ESCAPE.search(raw_path) or raw_path[:1] != b"/":
            raise ValueError
        path = unquote_to_bytes(raw_path).decode("utf-8")
    except ValueError as error:
        raise bad_path() from error
    # `%252e` would become `%2e` here and a dot in a reader that decodes twice.
    if "//" in path or "\\" in path or "%" in path or not path.isprintable() or any(part in (".", "..") for part in path.split("/")):
        raise bad_path()
    return path


def bad_path() -> Problem:
    return bad_request("bad-address", _("This address is not written in its plain form: no empty or dotted parts, no encoded slashes."))


def address_too_long() -> Problem:
    return Problem(414, "address-too-long", _("The address is longer than {bytes} bytes."), bytes=URL_BYTES)


def headers_too_large() -> Problem:
    return Problem(431, "headers-too-large", _("At most {count} headers of {bytes} bytes in all are accepted."), count=HEADER_COUNT, bytes=HEADER_BYTES)


def ambiguous() -> Problem:
    return bad_request("ambiguous-request", _("The request says twice, or in two ways, what may be said once."))


def read_headers(headers: Sequence[tuple[bytes, bytes]], http_version: str) -> Asked:
    """Read the head once. Raises Problem for one that is too large or that could be understood in two ways."""
    if len(headers) > HEADER_COUNT:
        raise headers_too_large()
    asked = Asked([], b"", b"", b"", b"", None, b"", 0, False, False)
    forwarded = asked.forwarded
    size = 0
    once: set[bytes] = set()
    named: frozenset[bytes] = frozenset()
    for name, value in headers:
        size += len(name) + len(value)
        if name in ONCE:
            if name in once:
                raise ambiguous()
            once.add(name)
            if name == b"authorization":
                asked.authorization = value
            elif name == b"host":
                asked.host = value
            elif name == b"traceparent":
                asked.traceparent = value.decode("latin-1")
        elif name == b"accept-language":
            asked.accept_language = value
        elif name == b"accept":
            asked.accept = value
        elif name == b"connection" and value not in PLAIN_CONNECTION:
            named |= frozenset(part.strip().lower() for part in value.split(b",")) - NEVER_DROPPED_BY_NAME
        elif name == b"expect":
            asked.expects = True
        elif name == b"x-forwarded-for":
            asked.forwarded_for = asked.forwarded_for + b"," + value if asked.forwarded_for else value
        # A name with `_` is read as the one with `-` by some libraries.
        if name in DROPPED or (name[:2] == b"x-" and name not in KEPT_X) or b"_" in name:
            continue
        forwarded += (name, b": ", value, b"\r\n")
    if size > HEADER_BYTES:
        raise headers_too_large()
    if named:
        asked.forwarded = [piece for i in range(0, len(forwarded), 4) if forwarded[i] not in named for piece in forwarded[i : i + 4]]
    if http_version not in ("1.1", "1.0"):
        raise bad_request("bad-request", _("This is not a well-formed HTTP request."))
    if not asked.host and http_version != "1.0":
        raise bad_request("host-missing", _("The request does not say which host it is for."))
    if b"content-length" in once or b"transfer-encoding" in once:
        _read_framing(asked, dict(headers), http_version)
    return asked


def _read_framing(asked: Asked, headers: dict[bytes, bytes], http_version: str) -> None:
    """How long the body is. A request that says it in two ways is how one request is hidden in another."""
    length, coding = headers.get(b"content-length"), headers.get(b"transfer-encoding")
    if coding is not None:
        if length is not None or coding.lower() != b"chunked" or http_version == "1.0":
            raise ambiguous()
        asked.chunked, asked.length = True, -1
    elif length is not None:
        if DIGITS.fullmatch(length) is None:
            raise ambiguous()
        asked.length = int(length)


def host_name(host: bytes) -> str:
    """The name in a `Host` header, without its port."""
    name = host.decode("latin-1").strip().lower()
    return name[1 : name.find("]")] if name.startswith("[") else name.partition(":")[0]


def client_address(peer: str, forwarded_for: bytes, trusted: Sequence[Network]) -> str:
    """Who knocks: the peer itself, unless it is a proxy of ours that says for whom it speaks."""
    if not trusted or not _is_in(peer, trusted):
        return peer
    for part in reversed(forwarded_for.decode("latin-1").split(",")[-20:]):
        address = part.strip()
        if not address:
            continue
        try:
            ipaddress.ip_address(address)
        except ValueError:
            return peer
        if not _is_in(address, trusted):
            return address
    return peer


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)
