"""A list as a file, exactly as filtered and as allowed: CSV, XLSX, PDF, NDJSON.

`GET /api/v1/<service>/exports/<list>?format=…` takes the filters of the list and starts from the same rows. The database writes
the rows itself (`COPY`, under row-level security); nothing is held in memory, and who took which list is kept before the first
byte leaves. In the service:

    exports = Exports(router, kept=keep_export)
    exports.add("persons", staff_rows, title=_("Staff list"), allowed=can_find_people)
"""

from shared.exports.routes import FORMATS, ExportMade, Exports, Format
from shared.exports.rows import Column, Rows

__all__ = ["FORMATS", "Column", "ExportMade", "Exports", "Format", "Rows"]
