"""A page behind each problem's `type`: what it means and what to do, in the reader's language."""

from starlette.responses import Response

from services.portal.texts import _
from services.portal.visit import Pages, Visit

pages = Pages()

# slug: (title, what it means, what to do)
PROBLEMS = {
    "token-missing": (_("Please sign in"), _("The address needs an access token and none came with the request."), _("Sign in, or send `Authorization: Bearer …` with a token of the identity provider.")),
    "not-found": (_("Not found"), _("It does not exist, or you have no relation to it; the two are never told apart."), _("Check the identifier, then the territory or facility of your account.")),
    "malformed": (_("Please correct the request"), _("A field is missing or wrong. The answer names each field and the reason."), _("Correct these fields and send the request again.")),
    "role-missing": (_("You may not do this"), _("You see this record, but the act belongs to another role."), _("Ask the person whose role it is; the record says who acts next.")),
    "state-does-not-allow": (_("This act is not open now"), _("The procedure has not reached this step, or is past it."), _("Look at the line of steps: it says what comes next and who does it.")),
    "reference-taken": (_("This reference names another record"), _("A reference names one thing for ever, so that files can be sent twice without harm."), _("Choose another reference, or send exactly the same content.")),
    "criteria-not-met": (_("A criterion is not met"), _("The attraction policy names who may be hired under it; one of its criteria is missing."), _("The answer lists each criterion with its rule, value and citation, and what would meet it.")),
    "past-needs-records-officer": (_("An act of the past"), _("Only a records officer enters an act of an earlier day; it then shows “entered afterwards”."), _("Leave the day empty, or ask a records officer.")),
    "changed-meanwhile": (_("Someone changed it meanwhile"), _("The record is no longer the one that you read."), _("Read it again, then repeat your change.")),
    "at-the-same-time": (_("Someone is changing the same records"), _("Two changes of the same records came at the same moment; yours was not made."), _("Send it again.")),
    "unavailable": (_("A part of the system is not available"), _("Something that the answer needs is away. Nothing was changed."), _("Try again in a few seconds; the answer says after how many.")),
    "unforeseen": (_("Something went wrong on our side"), _("This is a defect of ours. Nothing was changed."), _("Tell operations the request id of the answer.")),
}  # fmt: skip


@pages.get("/problems", public=True)
async def problems(visit: Visit) -> Response:
    return visit.page("problems/list.html", problems=PROBLEMS)


@pages.get("/problems/{slug}", public=True)
async def problem(visit: Visit) -> Response:
    """Every slug has a page, also one that was added to a service after this list."""
    slug = visit.path("slug")
    return visit.page("problems/page.html", slug=slug, known=PROBLEMS.get(slug))
