"""B6: how much of a token's check is cryptography, what it costs to know a token already, and how long a token lives on after its revocation."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.util import urlsafe_b64decode

from shared.tokens import TokenVerifier
from tests.bench.harness import Kind, MeasureFailed, Plan, Row, interleave, limited
from tests.bench.parts import cores
from tests.bench.rig import rig
from tests.bench.tokens_of import Tokens

OURS = "our verifier"
REVOCATION_SECONDS = 60


def bench(plan: Plan, folder: Path) -> list[Row]:
    with rig(folder, tokens=min(2000, plan.people)) as (_parts, _load, tokens), on_one_core(cores()[0]), asyncio.Runner() as runner:
        raw = [token.encode() for token in tokens.people]
        verifier = TokenVerifier(tokens.issuer, tokens.audience, f"{tokens.issuer}/jwks")

        async def judge_all() -> None:
            verifier.forget()
            for token in raw:
                await verifier.verify(token)

        def remember_all() -> None:
            for token in raw:
                if verifier.remembered(token) is None:
                    raise MeasureFailed("A token that was just verified is not remembered.")

        runner.run(judge_all())
        checks = _signatures(tokens, raw)

        def bare() -> None:
            for check in checks:
                check()

        measured = interleave(
            plan.rounds,
            {
                "uncached": lambda: _rate(lambda: runner.run(judge_all()), len(raw), plan.seconds / 3),
                "raw": lambda: _rate(bare, len(raw), plan.seconds / 3),
                "cached": lambda: _rate(remember_all, len(raw), plan.seconds / 3),
            },
        )
        lives_on = [runner.run(_seconds_until_judged_again(tokens, raw[number])) for number in range(min(plan.rounds, 5))]
    return [
        Row("tokens", "tokens judged a second, not seen before", OURS, "raw RSA verify (cryptography)", "tokens/s", measured["uncached"], measured["raw"], Kind.RATE, 0.4),
        limited("tokens", "a token seen in the last minute", OURS, [1e6 / rate for rate in measured["cached"]], 3, "µs"),
        limited("tokens", "longest time to a revocation's effect", OURS, lives_on, REVOCATION_SECONDS, "s", notes={"how": "the verifier's clock is moved, second by second"}),
    ]


@contextmanager
def on_one_core(core: int) -> Iterator[None]:
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _rate(work: Callable[[], object], items: int, seconds: float) -> float:
    """Items per second of this thread's CPU."""
    done, began = 0, time.thread_time()
    while (took := time.thread_time() - began) < seconds or not done:
        work()
        done += items
    return done / took


def _signatures(tokens: Tokens, raw: Sequence[bytes]) -> list[Callable[[], None]]:
    """Nothing but the signature, with everything else done beforehand."""
    key = tokens.provider.key.public_key  # type: ignore[union-attr]
    checks = []
    for token in raw:
        signed, _dot, signature = token.rpartition(b".")
        checks.append(lambda signature=urlsafe_b64decode(signature), signed=signed: key.verify(signature, signed, PKCS1v15(), SHA256()))
    return checks


async def _seconds_until_judged_again(tokens: Tokens, token: bytes) -> float:
    """From the moment at which a token was found good until it is judged again, when a withdrawn one would be refused."""
    clock = 0.0
    verifier = TokenVerifier(tokens.issuer, tokens.audience, f"{tokens.issuer}/jwks", elapsed=lambda: clock)
    await verifier.verify(token)
    while verifier.remembered(token) is not None:
        clock += 1
    return clock
