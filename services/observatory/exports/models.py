"""Exports: which list left observatory, by which filters, for which account."""

from services.observatory.base import Base
from shared.exports.models import ExportColumns


class Export(ExportColumns, Base):
    """One file that somebody took. It is kept with the authority or facility for which they work."""

    __tablename__ = "exports"
