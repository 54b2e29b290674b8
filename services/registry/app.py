"""The registry: who works where, in which post, with which qualification; areas and facilities with their history."""

from starlette.types import ASGIApp

from services.registry.absences.api import router as absences
from services.registry.absences.own import router as own_absences
from services.registry.accounts.api import router as accounts
from services.registry.accounts.upkeep import keep_accounts
from services.registry.areas.api import router as areas
from services.registry.areas.load import load_reference_data
from services.registry.assignments.api import router as assignments
from services.registry.attestations.api import router as attestations
from services.registry.audit.api import router as own_reads
from services.registry.audit.events import AuditSealed
from services.registry.availability.api import router as availability
from services.registry.balances.api import router as balances
from services.registry.calendars.api import router as calendars
from services.registry.candidates.api import internal as internal_candidates
from services.registry.clients.api import internal as internal_clients
from services.registry.clients.api import router as clients
from services.registry.clients.queries import forget_old_usage
from services.registry.consumers import consumer
from services.registry.contacts.api import router as contacts
from services.registry.corrections.api import router as corrections
from services.registry.documents.api import own_router as own_documents
from services.registry.documents.api import router as documents
from services.registry.documents.use_cases import watch_documents
from services.registry.duplicates.api import router as duplicates
from services.registry.duplicates.finding import find_duplicates, go_on_finding_duplicates
from services.registry.erasures.api import router as erasures
from services.registry.erasures.use_cases import erase_confirmed
from services.registry.establishment.api import router as establishment
from services.registry.exports.api import router as exports
from services.registry.extracts.api import router as extracts
from services.registry.facilities.api import router as facilities
from services.registry.history import HISTORY
from services.registry.holds.api import router as holds
from services.registry.holds.use_cases import expire_old_holds
from services.registry.identifiers.api import router as identifiers
from services.registry.imports.wizard import wizard
from services.registry.legal_holds.api import router as legal_holds
from services.registry.legal_holds.use_cases import end_legal_holds
from services.registry.licences.api import router as licences
from services.registry.licences.use_cases import watch_licences
from services.registry.maps.api import router as maps
from services.registry.merges.api import router as merges
from services.registry.occupations.api import router as occupations
from services.registry.persons.api import router as persons
from services.registry.persons.use_cases import forget_old_searches
from services.registry.posts.api import router as posts
from services.registry.practice.api import router as practice
from services.registry.practice.watch import watch_practice
from services.registry.procedures.api import router as procedures
from services.registry.purposes.api import router as purposes
from services.registry.purposes.use_cases import tell_due_erasures
from services.registry.qualifications.api import router as qualifications
from services.registry.reorganisations.api import router as reorganisations
from services.registry.reorganisations.use_cases import follow_authorities
from services.registry.requests.api import router as requests
from services.registry.requests.retention import destroy_old_papers
from services.registry.requests.silence import accept_where_silence_does
from services.registry.returns.api import router as returns
from services.registry.revocations.api import internal as internal_revocations
from services.registry.revocations.api import own as own_revocations
from services.registry.revocations.api import router as revocations
from services.registry.shortfalls.watch import watch_sources
from services.registry.staffing.api import router as staffing
from services.registry.territories.api import router as territories
from services.registry.units.api import router as units
from services.registry.work_items.api import router as work_items
from services.registry.workers.api import router as employments
from services.registry.workers.contracts import watch_contracts
from shared.app import Service, create_app
from shared.persons import follow_late_rows, follow_merges

service = Service(
    name="registry",
    title="registry",
    package=__package__,
    routers=[
        areas,
        facilities,
        reorganisations,
        territories,
        units,
        occupations,
        own_reads,
        attestations,  # before the persons, as the accounts
        requests,
        procedures,
        own_absences,  # before the persons, as the accounts
        accounts,  # before the persons: /persons/me/account is nobody's id
        erasures,  # the same for /persons/me/erasures
        corrections,  # the same for /persons/me
        identifiers,  # the same for /persons/me/identifiers
        contacts,  # the same for /persons/me/contacts
        persons,
        purposes,
        legal_holds,
        duplicates,
        merges,
        posts,
        establishment,
        assignments,
        employments,
        qualifications,
        licences,
        practice,
        documents,
        own_documents,
        holds,
        absences,
        staffing,
        availability,
        balances,
        calendars,
        wizard.router,
        work_items,
        returns,
        exports,
        extracts,
        maps,
        own_revocations,
        revocations,
        clients,
    ],
    internal=[internal_revocations, internal_clients, internal_candidates],
    consumer=consumer,
    daily=[
        follow_authorities,
        wizard.forget_old_imports,
        watch_licences,
        watch_practice,
        watch_documents,
        watch_contracts,
        watch_sources,
        forget_old_searches,
        forget_old_usage,
        tell_due_erasures,
        destroy_old_papers,
        accept_where_silence_does,
        end_legal_holds,
        find_duplicates,
        follow_merges,
    ],
    frequent=[expire_old_holds, erase_confirmed, keep_accounts, go_on_finding_duplicates, follow_late_rows],
    at_start=[load_reference_data],
    duties=[("imports", wizard.worker)],
    history=HISTORY,
    sealed=AuditSealed,
)


def create() -> ASGIApp:
    return create_app(service)
