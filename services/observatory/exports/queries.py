"""Reading which lists were taken."""

from sqlalchemy import Select, select

from services.observatory.exports.models import Export
from shared.auth import Caller
from shared.visibility import visible_to


def exports_visible_to(caller: Caller) -> Select[tuple[Export]]:
    """Those of the authorities and facilities with which the caller has a relation."""
    return select(Export).where(visible_to(caller, Export))
