"""The recruitment's own tables: services that share a process share no table, though they use the same words."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Tables are written in SQL migrations; models only map them."""
