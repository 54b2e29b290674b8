"""A list as a file, exactly as filtered and as allowed: CSV, XLSX, PDF, NDJSON.

`GET /api/v1/<service>/exports/<list>?format=…` takes the filters of the list and starts from the same rows. The database writes
the rows itself (`COPY`, under row-level security); nothing is held in memory, and who took which list is kept before the first
byte leaves. In the service:

    exports = Exports(router, kept=kept_in(Export))                                  # shared/exports/models.py, shared/exports/migration.py
    exports.add("persons", staff_rows, title=_("Staff list"), allowed=can_find_people)

A list of some ten thousands needs no query of its own: its route is asked page by page, so that the file holds what the list shows.

    exports.add_list("awards", list_awards, *fields("worker_no", "title", "year", "state"), read=AwardRead, title=_("Awards"), allowed=can_read_personnel)
"""

from shared.exports.routes import FORMATS, ExportMade, Exports, Format
from shared.exports.rows import Column, Rows

__all__ = ["FORMATS", "Column", "ExportMade", "Exports", "Format", "Rows"]
