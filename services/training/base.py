"""The tables of training: services that share a process share no table, though they use the same words."""

from sqlalchemy import MetaData

from shared import db
from shared.records import RecordColumns


class Base(db.Base):
    """A table of training."""

    __abstract__ = True
    metadata = MetaData()


class Record(RecordColumns, Base):
    """A row of training that belongs to an authority."""

    __abstract__ = True
