"""Nobody without a relation can tell a full system from an empty one: neither by path, query, body, filter, header nor total.

Every route of every service's own description is asked, with identifiers, codes and words that exist; a route for which no
request can be made fails by name. The callers hold every role at once, so that the relation alone decides.
"""

import re
from typing import Any

import pytest

from shared.auth import ROLES
from shared.db import database
from tests.access.conftest import SERVICES, Filled
from tests.access.door import Answer, ask
from tests.access.requests import Asked, Operation
from tests.access.rows import ANOTHERS, CENTRE, HOSPITAL, HOSPITALS, OWNERS, PROVINCES, SHARED, Owner, rows_of
from tests.support.identity import TestIssuer
from tests.support.service import settled, superuser

PUBLIC = {
    # What a stranger who holds a certificate or a decision may know: its code is the secret (TRN-16, SEC-20).
    "GET /api/v1/training/certificates/check/{code}",
    "GET /api/v1/registry/attestations/check/{code}",
    "GET /api/v1/registry/calendars/feed/{token}.ics",
    "GET /api/v1/appointment/check/{code}",
    # Cut-offs are published for everybody, and whoever holds the code of an application reads why it came out as it did; neither names anybody (INT-02).
    "GET /api/v1/training/cut-offs",
    "GET /api/v1/training/intake-answers/{code}",
    # What the fields of an extract mean; the extracts themselves are not public.
    "GET /api/v1/registry/extracts/dictionary",
    # The public site: what is published, whoever applies for it, and whoever holds the secret of a private link.
    "GET /api/v1/recruitment/public/vacancies",
    "GET /api/v1/recruitment/public/vacancies/{vacancy_id}",
    "POST /api/v1/recruitment/public/applications",
    "POST /api/v1/recruitment/public/application",
    "POST /api/v1/recruitment/public/application/withdrawal",
    "POST /api/v1/recruitment/public/application/files",
    "POST /api/v1/recruitment/public/application/pool-withdrawal",
    "POST /api/v1/recruitment/public/contests/{contest_id}/applications",
    "POST /api/v1/recruitment/public/contest-application",
    "POST /api/v1/recruitment/public/contest-application/withdrawal",
    "GET /api/v1/recruitment/public/contests",
    "GET /api/v1/recruitment/public/contests/{contest_id}",
}

PUBLISHED = {
    # What employers publish is the same for everybody, a stranger too; no person stands in it.
    "GET /api/v1/recruitment/public/contests",
    "GET /api/v1/recruitment/public/contests/{contest_id}",
    "GET /api/v1/recruitment/public/vacancies",
    "GET /api/v1/recruitment/public/vacancies/{vacancy_id}",
}

SAME_FOR_ALL = {
    # The directory is everybody's; a search opens to the account that made it; the minutes' file is not in the store.
    "GET /api/v1/registry/areas/{area_id}",
    "GET /api/v1/registry/areas/{area_id}/changes",
    "GET /api/v1/registry/areas/{area_id}/periods",
    "GET /api/v1/registry/territories/{territory_id}",
    "GET /api/v1/registry/territories/{territory_id}/facilities",
    "GET /api/v1/registry/units/{unit_id}",
    "GET /api/v1/registry/facilities/{facility_id}",
    "GET /api/v1/registry/facilities/{facility_id}/periods",
    "GET /api/v1/registry/persons/search/{search_id}",
    "GET /api/v1/appointment/minutes/{case_id}/{number}",
    # These files are not in the store either; one's own request and its paper open to the account that is linked to the person.
    "GET /api/v1/registry/documents/{document_id}/versions/{number}/file",
    "GET /api/v1/recruitment/applications/files/{application_file_id}",
    "GET /api/v1/recruitment/contest-applications/files/{application_file_id}",
    "GET /api/v1/registry/requests/{request_id}/files/{file_id}",
    "GET /api/v1/registry/persons/me/requests/{request_id}",
    "GET /api/v1/registry/persons/me/requests/{request_id}/receipt",
    "GET /api/v1/registry/persons/me/documents/{document_id}/versions/{number}/file",
    "GET /api/v1/registry/persons/me/attestations/{attestation_id}/document",
    # The quota of a program is the installation's, of no territory: operations alone set it.
    "PUT /api/v1/registry/clients/{client_id}/quota",
    "DELETE /api/v1/registry/clients/{client_id}/quota",
    # Who may follow a merge is the registry's to say, with the caller's own token; it does not run beside the service here.
    *(f"GET /api/v1/{service}/merges/{{merge_id}}" for service in ("recruitment", "training", "appointment", "rotation", "observatory")),
}

# Group or scope of the caller, and whose rows they may then read; what an authority publishes is read below it.
RELATIONS: dict[str, tuple[str, tuple[Owner, ...]]] = {
    "none": ("", ()),
    "other": ("/territories/VN-31", ()),
    "other facility": ("/facilities/VN-31-NOWHERE", ()),
    "managed": ("/territories/VN-22", (HOSPITALS, PROVINCES)),
    "own": (f"/facilities/{HOSPITAL}", (HOSPITALS, PROVINCES)),
    "party": (f"/facilities/{CENTRE}", (SHARED, PROVINCES)),
    "neighbour": ("/territories/VN-01", (ANOTHERS, SHARED)),
}


def nothing(found: list[str]) -> None:
    """Nothing was found; what was is shown one a line."""
    assert not found, "\n" + "\n".join(found)


def token_of(issuer: TestIssuer, relation: str, *roles: str) -> str:
    group = RELATIONS[relation][0]
    return issuer.person("stranger", roles=sorted(roles or ROLES), groups=[group] if group else [])


def machine_of(issuer: TestIssuer) -> str:
    return issuer.machine("ministry", "territory:VN-31", *[f"{service}.{verb}" for service in SERVICES for verb in ("read", "write", "decide", "import", "extract")])


def plain(answer: Answer) -> tuple[int, str, str]:
    """An answer without what differs from one request to the next: its own id, instants, and identifiers just made."""
    said = re.sub(
        r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)|\d+\.\d{4,}|(?<=\"record\":)\d+",
        "*",
        answer.body.decode("utf-8", "replace"),
    )
    return answer.status, said, answer.headers.get("etag", "")


def crossed(service: Filled, operation: Operation, asked: Asked, answer: Answer, readable: tuple[Owner, ...]) -> list[str]:
    """What stands in an answer although its owner is none of the caller's."""
    sent = asked.target + (asked.body or b"").decode("utf-8", "replace")
    open_ids = {found for owner in readable for found in service.things.ids_of(owner)}
    found: list[str] = []
    if operation.name in PUBLISHED:
        return found
    for owner in OWNERS:
        if owner not in readable:
            found += [f"a word of {owner.name}"] if owner.name in answer.said and owner.name not in sent else []
            found += [f"an identifier of {owner.name}: {secret}" for secret in service.things.ids_of(owner) - open_ids if secret in answer.said and secret not in sent]
    return [f"{operation.name} ({answer.status}) tells {what}" for what in found]


async def answers_to(service: Filled, token: str, *, every_filter: bool) -> dict[tuple[str, Asked], Answer]:
    return {(operation.name, asked): await ask(service.app, asked, token) for operation, asked in service.requests(HOSPITALS, every_filter=every_filter)}


async def strangers_learn_nothing(service: Filled, token: str, postgres: Any, *, every_filter: bool) -> None:
    """The same answers from the full system as from the bare one; and nothing was changed."""
    await settled()
    await database.dispose()
    with service.on(service.bare):
        bare = await answers_to(service, token, every_filter=every_filter)
        await settled()
        await database.dispose()
    before = await rows_now(service, postgres)
    full = await answers_to(service, token, every_filter=every_filter)
    told = [
        f"{name} {asked.target} {asked.body}: {plain(bare[name, asked])} → {plain(answer)}"
        for (name, asked), answer in full.items()
        if name not in PUBLISHED and plain(answer) != plain(bare[name, asked])
    ]
    operations = {operation.name: operation for operation in service.operations}
    told += [line for (name, asked), answer in full.items() for line in crossed(service, operations[name], asked, answer, ())]
    nothing(told)
    nothing([f"{name} ({answer.status})" for (name, _asked), answer in full.items() if "_id}" in name and answer.status == 200 and name not in SAME_FOR_ALL | PUBLISHED])
    after = await rows_now(service, postgres)
    nothing([f"changed or gone: {table}: {row}" for table, rows in before.items() for row in sorted(set(rows) - set(after[table]))])
    owned = {table.name for table in service.things.tables if table.is_owned}
    nothing([f"added: {table}: {row}" for table in owned & after.keys() for row in set(after[table]) - set(before[table]) if "VN.VN-22" in row or "VN.VN-01" in row])


async def rows_now(service: Filled, postgres: Any) -> dict[str, list[str]]:
    connection = await superuser(postgres, service.full)
    try:
        return await rows_of(connection, service.things.tables)
    finally:
        await connection.close()


class TestEveryRoute:
    async def test_is_closed_to_whoever_does_not_say_who_they_are(self, service, issuer):
        opened = {operation.name for operation, asked in service.requests(HOSPITALS, every_filter=False) if (await ask(service.app, asked)).status != 401}
        assert opened <= PUBLIC

    async def test_tells_a_stranger_nothing_and_lets_them_change_nothing(self, service, issuer, postgres):
        await strangers_learn_nothing(service, token_of(issuer, "other"), postgres, every_filter=False)

    async def test_answers_its_own_people_something_else(self, service, issuer):
        """Otherwise the tests beside this one would prove nothing: a route that answers everybody 404 crosses no wall."""
        stranger, own = token_of(issuer, "none"), token_of(issuer, "managed")
        silent = {}
        for operation, asked in service.requests(HOSPITALS, every_filter=False):
            if not operation.writes and "_id}" in operation.path and operation.name not in SAME_FOR_ALL | PUBLISHED:
                silent.setdefault(operation.name, True)
                silent[operation.name] &= plain(await ask(service.app, asked, own)) == plain(await ask(service.app, asked, stranger))
        nothing([name for name, is_silent in silent.items() if is_silent])

    @pytest.mark.parametrize("relation", ["party", pytest.param("neighbour", marks=pytest.mark.long)])
    async def test_opens_to_a_relation_what_is_theirs_alone(self, service, issuer, relation):
        token, readable = token_of(issuer, relation), RELATIONS[relation][1]
        told = []
        for operation, asked in service.requests(HOSPITALS, every_filter=False):
            if not operation.writes:
                told += crossed(service, operation, asked, await ask(service.app, asked, token), readable)
        nothing(told)


@pytest.mark.long
class TestEveryRole:
    """The wide product: each role alone, each relation, machines too, with every filter of every route."""

    @pytest.mark.parametrize("role", sorted(ROLES))
    async def test_reads_in_each_relation_what_is_theirs_alone(self, service, issuer, role):
        told = []
        for relation, (_group, readable) in RELATIONS.items():
            token = token_of(issuer, relation, role)
            for operation, asked in service.requests(HOSPITALS):
                if not operation.writes:
                    told += crossed(service, operation, asked, await ask(service.app, asked, token), readable)
        nothing(told)

    @pytest.mark.parametrize("relation", ["none", "other", "other facility"])
    async def test_learns_nothing_without_a_relation(self, service, issuer, postgres, relation):
        await strangers_learn_nothing(service, token_of(issuer, relation), postgres, every_filter=True)

    async def test_learns_nothing_as_a_machine_of_another_territory(self, service, issuer, postgres):
        await strangers_learn_nothing(service, machine_of(issuer), postgres, every_filter=True)
