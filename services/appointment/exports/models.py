"""Exports: which list left appointment, by which filters, for which account."""

from services.appointment.base import Base
from shared.exports.models import ExportColumns


class Export(ExportColumns, Base):
    """One file that somebody took. It is kept with the authority or facility for which they work."""

    __tablename__ = "exports"
