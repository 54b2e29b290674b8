"""Which address is answered by whom, who may come in, and how much they may bring.

Read from top to bottom; the longest prefix wins. What is not listed goes to the portal, which shows pages to
browsers; what must never be reached from outside is listed with no service behind it.
"""

from dataclasses import dataclass
from enum import Enum

KIB, MIB = 1024, 1024 * 1024
PAPERS = 51 * MIB  # the five papers that a contest may ask, each of the largest size
IMPORT_LIMIT = 512 * MIB  # a country's staff in one file; it is passed on as it comes


class Access(Enum):
    """Who passes the door. The services judge every token again, and alone judge what it opens."""

    PUBLIC = "public"  # anyone; the portal has its own sessions
    TOKEN = "token"  # noqa: S105 - whoever brings a true and valid access token


READ = frozenset({"GET", "HEAD"})
FORM = READ | {"POST"}
FULL = FORM | {"PUT", "PATCH", "DELETE"}

NOBODY = ""
GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table. `seconds`: how long the service may take to begin its answer."""

    prefix: str
    service: str
    access: Access = Access.TOKEN
    methods: frozenset[str] = FULL
    body_limit: int = MIB
    seconds: float = 30.0
    role: str = ""  # whoever is not a person with it is refused here already
    from_anybody: bool = False  # what is sent there makes something without an account: much less often than anything else


ROUTES = (
    Route("/api/v1/registry", "registry"),
    Route("/api/v1/registry/calendars/feed", "registry", Access.PUBLIC, READ, body_limit=0),  # a calendar programme has no token: the address is the secret
    Route("/api/v1/registry/attestations/check", "registry", Access.PUBLIC, READ, body_limit=0),  # so may whoever holds an attestation
    Route("/api/v1/registry/request-files", "registry", body_limit=11 * MIB, seconds=120),
    Route("/api/v1/registry/documents", "registry", body_limit=11 * MIB, seconds=120),
    Route("/api/v1/registry/imports", "registry", body_limit=IMPORT_LIMIT, seconds=300),
    Route("/api/v1/registry/exports", "registry", methods=READ, seconds=300),  # a workbook is written whole before its first byte
    Route("/api/v1/registry/extracts", "registry", methods=READ, seconds=300),
    Route("/api/v1/recruitment", "recruitment"),
    Route("/api/v1/recruitment/public", "recruitment", Access.PUBLIC, FORM, body_limit=PAPERS, seconds=120, from_anybody=True),  # vacancies, and whoever applies for them
    Route("/api/v1/recruitment/imports", "recruitment", body_limit=IMPORT_LIMIT, seconds=300),
    Route("/api/v1/training", "training"),
    Route("/api/v1/training/imports", "training", body_limit=IMPORT_LIMIT, seconds=300),
    Route("/api/v1/appointment", "appointment"),
    Route("/api/v1/appointment/check", "appointment", Access.PUBLIC, READ, body_limit=0),  # whoever holds a paper may check it
    Route("/api/v1/training/certificates/check", "training", Access.PUBLIC, READ, body_limit=0),  # so may whoever holds a certificate
    Route("/api/v1/training/cut-offs", "training", Access.PUBLIC, READ, body_limit=0),  # published for everybody
    Route("/api/v1/training/intake-answers", "training", Access.PUBLIC, READ, body_limit=0),  # so may whoever holds the code of an application
    Route("/api/v1/appointment/imports", "appointment", body_limit=IMPORT_LIMIT, seconds=300),
    Route("/api/v1/appointment/minutes", "appointment", body_limit=11 * MIB, seconds=120),
    Route("/api/v1/rotation", "rotation"),
    Route("/api/v1/rotation/imports", "rotation", body_limit=IMPORT_LIMIT, seconds=300),
    Route("/api/v1/observatory", "observatory", seconds=60),
    Route("/api/v1/traces", "traces", methods=READ, role="operations"),
    Route("/api", NOBODY),
    Route("/health", GATEWAY, Access.PUBLIC, READ, body_limit=0),
    Route("/docs", GATEWAY, Access.PUBLIC, READ, body_limit=0),
    Route("/internal", NOBODY),
    Route("/metrics", NOBODY),
    Route("/openapi.json", NOBODY),
    Route("/", "portal", Access.PUBLIC, FORM, body_limit=2 * MIB),
    Route("/imports", "portal", Access.PUBLIC, FORM, body_limit=IMPORT_LIMIT, seconds=300),
    Route("/exports", "portal", Access.PUBLIC, READ, body_limit=0, seconds=300),
    Route("/my-file/requests", "portal", Access.PUBLIC, FORM, body_limit=11 * MIB, seconds=120),
    Route("/documents", "portal", Access.PUBLIC, FORM, body_limit=11 * MIB, seconds=120),
    Route("/jobs", "portal", Access.PUBLIC, FORM, body_limit=PAPERS, seconds=120, from_anybody=True),
    Route("/my-application", "portal", Access.PUBLIC, FORM, body_limit=11 * MIB, seconds=120, from_anybody=True),
    Route("/minutes", "portal", Access.PUBLIC, FORM, body_limit=11 * MIB, seconds=120),
)

PROXIED = tuple(sorted({route.service for route in ROUTES} - {NOBODY, GATEWAY}))

# What the public word "up" promises; the trace page may be away without anyone's work stopping.
NEEDED = tuple(service for service in PROXIED if service != "traces")

_by_length = sorted(((route.prefix, route.prefix.rstrip("/") + "/", route) for route in ROUTES), key=lambda line: -len(line[0]))


def route_of(path: str) -> Route | None:
    """The route of a decoded, checked path; None when nobody answers it."""
    for exact, below, route in _by_length:
        if path == exact or path.startswith(below):
            return route if route.service else None
    return None
