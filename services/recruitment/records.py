"""A record of recruitment."""

from services.recruitment.base import Base
from shared.records import RecordColumns


class Record(RecordColumns, Base):
    """A row of recruitment that belongs to an authority."""

    __abstract__ = True
