"""How often one may knock: token buckets per client program and per caller.

A caller is the account of a token, or the address of someone without one (an IPv6 network, because whoever has one
address has 2⁶⁴). Path, case, headers and the number of tokens change nothing: the bucket is the caller's.
"""

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

KEPT_BUCKETS = 50_000


@dataclass(frozen=True, slots=True)
class Quota:
    """So many requests a second for as long as one likes, and so many at once."""

    per_second: float
    at_once: int


@dataclass(frozen=True, slots=True)
class Quotas:
    """The numbers of this installation. The portal is one client for all its users: each of them has their own bucket."""

    caller: Quota = Quota(100, 300)
    address: Quota = Quota(100, 400)
    form: Quota = Quota(2, 60)
    client: Quota = Quota(500, 1000)
    portal: Quota = Quota(5000, 10_000)


class Buckets:
    """One bucket per key. Holds only the moment at which a bucket will be full again: a full one needs no memory."""

    def __init__(self, quota: Quota, elapsed: Callable[[], float] = time.monotonic, kept: int = KEPT_BUCKETS) -> None:
        self.interval = 1 / quota.per_second
        self.depth = quota.at_once * self.interval
        self._elapsed, self._kept = elapsed, kept
        self._full_at: dict[str, float] = {}

    def take(self, key: str) -> float:
        """Take one. 0 when there was one, else the seconds until there is."""
        now = self._elapsed()
        full_at = self._full_at.get(key, 0.0)
        if full_at < now:
            full_at = now
            if len(self._full_at) >= self._kept:
                self._make_room(now)
        full_at += self.interval
        wait = full_at - now - self.depth
        if wait > 1e-9:
            return wait
        self._full_at[key] = full_at
        return 0.0

    def _make_room(self, now: float) -> None:
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        while len(self._full_at) >= self._kept:  # everybody is busy: the one seen first is forgiven
            del self._full_at[next(iter(self._full_at))]

    def __len__(self) -> int:
        return len(self._full_at)


class Limits:
    """Every bucket of the door."""

    def __init__(self, quotas: Quotas, portal_client_id: str, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._portal_client_id = portal_client_id
        self._callers = Buckets(quotas.caller, elapsed)
        self._addresses = Buckets(quotas.address, elapsed)
        self._forms = Buckets(quotas.form, elapsed)
        self._clients = Buckets(quotas.client, elapsed)
        self._portal = Buckets(quotas.portal, elapsed)

    def take_for_caller(self, subject: str, client_id: str) -> float:
        """Seconds to wait, 0 for none. A client's own quota counts for all who use it."""
        if wait := self._callers.take(subject):
            return wait
        return (self._portal if client_id == self._portal_client_id else self._clients).take(client_id)

    def take_for_address(self, address: str) -> float:
        return self._addresses.take(network_of(address))

    def take_for_form(self, address: str) -> float:
        """What makes something without an account: an application, a paper, a withdrawal."""
        return self._forms.take(network_of(address))


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """What counts as one visitor: an IPv4 address, or the /64 network of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
