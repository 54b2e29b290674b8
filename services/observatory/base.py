"""The observatory's own tables: services that share a process share no table, though they use the same words."""

from sqlalchemy import MetaData

from shared import db


class Base(db.Base):
    """A table of the observatory."""

    __abstract__ = True
    metadata = MetaData()
