"""A record of the registry that is no person, place or assignment: a minimum, a hold, an absence, a licence."""

from services.registry.base import Base
from shared.records import RecordColumns


class Record(RecordColumns, Base):
    """A row of the registry that belongs to an authority."""

    __abstract__ = True
