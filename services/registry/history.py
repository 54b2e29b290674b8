"""The things of the registry whose changes are read, and by whom."""

from typing import Any

from sqlalchemy import Select, select

from services.registry.absences.models import Absence
from services.registry.absences.permissions import can_read_absences
from services.registry.accounts.permissions import can_read_accounts
from services.registry.accounts.queries import accounts_visible_to
from services.registry.assignments.models import Assignment
from services.registry.attestations.models import Attestation
from services.registry.corrections.use_cases import corrections_visible_to
from services.registry.documents.models import Document
from services.registry.documents.permissions import can_read_documents
from services.registry.duplicates.use_cases import duplicates_visible_to
from services.registry.erasures.permissions import can_read_erasures
from services.registry.erasures.use_cases import erasures_visible_to
from services.registry.establishment.models import Ceiling, EstablishmentRound
from services.registry.exports.models import Export
from services.registry.facilities.models import Facility
from services.registry.holds.models import Hold
from services.registry.identifiers.models import Identifier
from services.registry.legal_holds.models import LegalHold
from services.registry.legal_holds.permissions import can_read_legal_holds
from services.registry.licences.models import Licence
from services.registry.merges.queries import merges_visible_to, records_merged_into
from services.registry.persons.permissions import can_read_people, can_read_posts
from services.registry.persons.queries import persons_visible_to
from services.registry.posts.models import Post
from services.registry.qualifications.models import Qualification
from services.registry.reorganisations.models import Reorganisation
from services.registry.reorganisations.permissions import can_read_reorganisations
from services.registry.requests.models import Request
from services.registry.requests.permissions import can_read_requests
from services.registry.returns.models import Return, ReturnCall
from services.registry.staffing.models import StaffingMinimum
from services.registry.territories.models import Territory
from services.registry.units.models import Unit
from services.registry.workers.models import Employment
from shared.auth import Caller
from shared.history import HistoryOf
from shared.visibility import visible_to


def _managed(row: Any) -> Any:
    """Rows of the establishment and the directory: everybody may read the thing, those who manage it its changes."""

    def query(caller: Caller) -> Select[Any]:
        return select(row).where(visible_to(caller, row))

    return query


HISTORY = {
    "absence": HistoryOf(_managed(Absence), can_read_absences),
    "account": HistoryOf(accounts_visible_to, can_read_accounts),
    "assignment": HistoryOf(_managed(Assignment), can_read_people),
    "correction": HistoryOf(corrections_visible_to, can_read_people),
    "attestation": HistoryOf(_managed(Attestation), can_read_people),
    "request": HistoryOf(_managed(Request), can_read_requests),
    "document": HistoryOf(_managed(Document), can_read_documents),
    "duplicate": HistoryOf(duplicates_visible_to, can_read_people),
    "ceiling": HistoryOf(_managed(Ceiling), can_read_posts),
    "establishment-round": HistoryOf(_managed(EstablishmentRound), can_read_posts),
    "return": HistoryOf(_managed(Return), can_read_posts),
    "return-call": HistoryOf(_managed(ReturnCall), can_read_posts),
    "employment": HistoryOf(_managed(Employment), can_read_people),
    "export": HistoryOf(_managed(Export), can_read_people),
    "hold": HistoryOf(_managed(Hold), can_read_people),
    "identifier": HistoryOf(_managed(Identifier), can_read_people),
    "erasure": HistoryOf(erasures_visible_to, can_read_erasures),
    "legal-hold": HistoryOf(_managed(LegalHold), can_read_legal_holds),
    "merge": HistoryOf(merges_visible_to, can_read_people),
    "licence": HistoryOf(_managed(Licence), can_read_people),
    "person": HistoryOf(persons_visible_to, can_read_people, former=records_merged_into),
    "post": HistoryOf(_managed(Post), can_read_posts),
    "qualification": HistoryOf(_managed(Qualification), can_read_people),
    "reorganisation": HistoryOf(_managed(Reorganisation), can_read_reorganisations),
    "staffing-minimum": HistoryOf(_managed(StaffingMinimum), can_read_people),
    "facility": HistoryOf(_managed(Facility), can_read_people),
    "territory": HistoryOf(_managed(Territory), can_read_reorganisations),
    "unit": HistoryOf(_managed(Unit), can_read_posts),
}
