"""The observatory's own tables: services that share a process share no table, though they use the same words."""

from sqlalchemy import MetaData

from shared import db
from shared.records import RecordColumns


class Base(db.Base):
    """A table of the observatory."""

    __abstract__ = True
    metadata = MetaData()


class Record(RecordColumns, Base):
    """A row that an authority declares: kept when what is derived is heard again."""

    __abstract__ = True
