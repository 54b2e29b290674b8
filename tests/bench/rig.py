"""What most measures need: a folder, an identity provider, the asking process, and the settings under which our processes run."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.bench.load import Load
from tests.bench.parts import Parts, cores, parts
from tests.bench.people import People
from tests.bench.tokens_of import Tokens
from tests.support.identity import TestIssuer


@contextmanager
def rig(folder: Path, *, tokens: int) -> Iterator[tuple[Parts, Load, Tokens]]:
    """Processes that end with it, someone who asks, and tokens of so many people."""
    provider = TestIssuer()
    with tempfile.TemporaryDirectory(prefix="run-", dir=folder) as logs, parts(Path(logs)) as running:
        load = Load(cores()[1], Path(logs))
        try:
            yield running, load, Tokens(provider, tokens)
        finally:
            load.close()
            provider.close()


def gateway_environment(tokens: Tokens, *, collector: int = 0, trace_ratio: float = 0.01, **upstreams: int) -> Mapping[str, str]:
    """Of a gateway in production: limits as they are, one trace of a hundred recorded, every service but those named somewhere nobody listens."""
    return {
        "RELAIS_ENV": "test",
        "RELAIS_ISSUER": tokens.issuer,
        "RELAIS_UPSTREAMS": json.dumps({service: f"127.0.0.1:{port}" for service, port in upstreams.items()}),
        "RELAIS_OTLP_ENDPOINT": f"http://127.0.0.1:{collector}" if collector else "",
        "RELAIS_TRACE_RATIO": str(trace_ratio),
        "RELAIS_LOG_FORMAT": "json",
    }


def service_environment(known: People, *, collector: int = 0, trace_ratio: float = 0.01, **more: str) -> Mapping[str, str]:
    """Of a service in production: row-level security, audit, one trace of a hundred; its relay runs elsewhere."""
    return known.values | {"RELAIS_OTLP_ENDPOINT": f"http://127.0.0.1:{collector}" if collector else "", "RELAIS_TRACE_RATIO": str(trace_ratio), "RELAIS_LOG_FORMAT": "json"} | more
