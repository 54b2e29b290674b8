"""Reading a file in another thread, some thousands of lines at a time: other requests go on."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from shared.files import StoredFile
from shared.imports.columns import LAST_ROW_OF_HEADING, Faults, Heading, Kind, Known, Line, filled_cells, find_heading, read_line, thing_of
from shared.imports.encodings import NotDecided, Preview, encoding_of
from shared.imports.judging import Verdict
from shared.imports.mapping import Meanings
from shared.imports.tables import Row, read_rows

LINES_AT_A_TIME = 10_000


class Chunk:
    """Some lines of a file: those that could be read, and what is wrong with the others."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.wrong: list[Verdict] = []
        self.filled: dict[int, frozenset[str]] = {}
        self.last = 0

    def __len__(self) -> int:
        return len(self.lines) + len(self.wrong)


class Reading:
    """A file being read in another thread, some thousands of lines at a time."""

    heading: Heading
    first: Sequence[Row]

    def __init__(self, kind: Kind, file: StoredFile, meanings: Meanings | None = None, encoding: str | None = None) -> None:
        self.kind, self.file, self.meanings, self.may_change = kind, file, meanings or Meanings(), False
        self.encoding = encoding
        self.previews: Sequence[Preview] = ()
        self.rows: Iterator[Row] = iter(())
        self.known: Known = {}
        self.lines_at_a_time = LINES_AT_A_TIME

    def begin(self) -> None:
        """Find the headings. Raises Malformed when the columns are wrong."""
        if self.file.kind == "csv":
            try:
                self.encoding = encoding_of(self.file.path, self.encoding)
            except NotDecided as asked:
                self.heading, self.first, self.previews = Heading(0, {}, (), (), (), {}), (), asked.previews
                return
        rows = read_rows(self.file.path, self.file.kind, self.encoding)
        first = list(islice(rows, LAST_ROW_OF_HEADING))
        self.heading = find_heading(self.kind, first, self.meanings.headings)
        self.first = [row for row in first if row[0] > self.heading.row]
        self.rows = chain(self.first, rows)

    @property
    def asks(self) -> bool:
        """Whether somebody must say what the file means before its rows can be judged."""
        return bool(self.previews or self.heading.missing)

    def count_lines(self) -> int | None:
        """How many lines a text file has; nobody knows it of a workbook before it is read."""
        if self.file.kind != "csv":
            return None
        with self.file.path.open("rb") as source:
            return sum(piece.count(b"\n") for piece in iter(lambda: source.read(1 << 20), b""))

    def next_lines(self) -> Chunk:
        """The next lines; none when the file is read."""
        chunk = Chunk()
        for row in self.rows:
            chunk.last = row[0]
            try:
                line = read_line(self.kind, self.heading, row, self.meanings.code_of, self.known)
            except Faults as faults:
                chunk.wrong.append(Verdict(row[0], "bad", None, faults.found, thing_of(self.kind, self.heading, row)))
            else:
                if line is not None:
                    chunk.lines.append(line)
                    if self.may_change:
                        chunk.filled[row[0]] = filled_cells(self.heading, row)
            if len(chunk) == self.lines_at_a_time:
                break
        return chunk
