"""One shape for errors: RFC 9457 `application/problem+json` in the caller's language.

`type` is a stable slug with a page behind it; a refusal names the rule, its value and citation and what would
make the act possible. No stack, no SQL and no personal data ever leaves in a problem.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.i18n import _, current_language, translate
from shared.rulepacks import Rule
from shared.settings import settings

MEDIA_TYPE = "application/problem+json"

TITLES = {
    307: _("Kept under another record"),
    400: _("The request cannot be read"),
    401: _("Please sign in"),
    403: _("You may not do this"),
    404: _("Not found"),
    405: _("This address does not accept that method"),
    406: _("This form of answer is not available"),
    408: _("The request took too long to arrive"),
    409: _("A rule refuses this"),
    412: _("Someone changed it meanwhile"),
    413: _("The request is too large"),
    414: _("The address is too long"),
    415: _("This kind of content is not accepted"),
    422: _("Please correct the request"),
    429: _("Too many requests"),
    431: _("The request's headers are too large"),
    500: _("Something went wrong on our side"),
    502: _("A part of the system answered badly"),
    503: _("A part of the system is not available"),
    504: _("A part of the system took too long"),
}


@dataclass(frozen=True)
class FieldError:
    """One field of a body that is wrong: its JSON path and the reason."""

    path: str
    reason: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """Why a predicate says no: a slug and a sentence; where a rule says so, the rule and what may be done instead."""

    slug: str
    text: str
    values: dict[str, Any] = field(default_factory=dict)
    rule: Rule | None = None
    possible: str | None = None

    def __bool__(self) -> bool:
        return False


class Problem(Exception):
    """An error that is told to the caller as it is. Texts are English message ids; they are translated when written."""

    def __init__(
        self,
        status: int,
        slug: str,
        detail: str,
        *,
        title: str | None = None,
        rule: Rule | None = None,
        possible: str | None = None,
        fields: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        more: dict[str, Any] | None = None,
        **values: Any,
    ) -> None:
        super().__init__(slug)
        self.status, self.slug, self.detail, self.title = status, slug, detail, title or TITLES.get(status, TITLES[500])
        self.rule, self.possible, self.fields, self.values = rule, possible, tuple(fields), values
        self.headers, self.more = headers or {}, more or {}

    def as_json(self, language: str | None = None, request_id: str | None = None) -> dict[str, Any]:
        language = language or current_language.get()
        body: dict[str, Any] = {
            "type": f"{settings().public_url}/problems/{self.slug}",
            "title": translate(self.title, language),
            "status": self.status,
            "detail": translate(self.detail, language, **self.values),
        }
        if self.rule is not None:
            body["rule"] = self.rule.told(language)
        if self.possible:
            body["possible"] = translate(self.possible, language, **self.values)
        if self.fields:
            body["fields"] = [{"path": f.path, "reason": translate(f.reason, language, **f.values)} for f in self.fields]
        if request_id:
            body["request_id"] = request_id
        return body | self.more

    def as_bytes(self, language: str | None = None, request_id: str | None = None) -> bytes:
        return orjson.dumps(self.as_json(language, request_id), default=str)


class Unauthenticated(Problem):
    """401: no token, or one that is expired, foreign or tampered with."""

    def __init__(self, slug: str = "token-missing", detail: str = _("This address needs an access token.")) -> None:
        super().__init__(401, slug, detail, headers={"WWW-Authenticate": 'Bearer realm="relais"'})


class Forbidden(Problem):
    """403: the caller sees the thing but a predicate says no."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(403, refusal.slug, refusal.text, rule=refusal.rule, possible=refusal.possible, **refusal.values)


class NotFound(Problem):
    """404: it does not exist, or the caller has no relation to it; the two are never told apart."""

    def __init__(self, detail: str = _("There is nothing here that you may see.")) -> None:
        super().__init__(404, "not-found", detail)


class Refused(Problem):
    """409: a rule refuses the act."""

    def __init__(self, slug: str, detail: str, *, rule: Rule | None = None, possible: str | None = None, more: dict[str, Any] | None = None, **values: Any) -> None:
        super().__init__(409, slug, detail, rule=rule, possible=possible, more=more, **values)


class Malformed(Problem):
    """422: the body or the query is wrong; every wrong field is named."""

    def __init__(self, fields: Sequence[FieldError]) -> None:
        super().__init__(422, "malformed", _("Some fields are missing or wrong."), fields=fields)

    @classmethod
    def field(cls, path: str, reason: str, **values: Any) -> "Malformed":
        return cls([FieldError(path, reason, values)])


class Changed(Problem):
    """412: `If-Match` names an older version."""

    def __init__(self) -> None:
        super().__init__(412, "changed-meanwhile", _("Someone changed this record after you read it. Read it again, then repeat your change."))


class Unavailable(Problem):
    """503: something that this answer needs is away; nothing was changed."""

    def __init__(self, detail: str = _("A part of the system is not available. Nothing was changed; please try again."), retry_after: int = 5) -> None:
        super().__init__(503, "unavailable", detail, headers={"Retry-After": str(retry_after)})


@dataclass(frozen=True)
class ConstraintSentence:
    """What a broken database constraint means to the person whose act broke it."""

    slug: str
    text: str
    rule: Rule | None = None
    possible: str | None = None


_constraints: dict[str, ConstraintSentence] = {}


def refuse_when(constraint: str, slug: str, text: str, *, rule: Rule | None = None, possible: str | None = None) -> None:
    """Give a constraint its sentence; a broken constraint without one is answered as a plain conflict."""
    _constraints[constraint] = ConstraintSentence(slug, text, rule, possible)


REFUSING_STATES = {"23505", "23P01", "23503", "23514", "23502", "P0001"}
PASSING_STATES = {"40P01", "40001", "55P03"}


def problem_of_database_error(error: BaseException) -> Problem | None:
    """The problem that a database error stands for; None when it is a defect of ours."""
    cause = getattr(getattr(error, "orig", None), "__cause__", None) or error  # the driver's own error, as it comes or inside of SQLAlchemy's
    state = getattr(cause, "sqlstate", None)
    if state in REFUSING_STATES:
        sentence = _constraints.get(getattr(cause, "constraint_name", None) or "")
        if sentence is None:
            return Refused("conflict", _("This contradicts what is already recorded."))
        return Refused(sentence.slug, sentence.text, rule=sentence.rule, possible=sentence.possible)
    if state in PASSING_STATES:
        return Refused("at-the-same-time", _("Someone is changing the same records at this moment. Please try again."))
    if state == "57014":
        return Unavailable(_("The search took too long. Narrow it and try again."))
    if state is not None and state.startswith(("08", "57P", "53")):
        return Unavailable()
    return None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route: each problem it may answer, in the one shape."""
    return {status: {"description": TITLES[status], "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}} for status in statuses}
