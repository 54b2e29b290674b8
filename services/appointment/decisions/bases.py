"""The lines before the articles: the texts that a decision rests on, said in the letter's language and in the order of their force.

Rules cite in English; a letter says the same text as the register of laws of the country names it. What is a rule of
the product and no law is not cited; what a person typed in the words of the country stays as it was typed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.i18n import _, current_language, translate


@dataclass(frozen=True)
class Instrument:
    """One sort of text: how its kind and its number look, and how it is said. The first that fits is meant; the order is that of their force."""

    kind: str
    number: str
    said: str


INSTRUMENTS: Sequence[Instrument] = (
    Instrument("Law", r"/QH\d+$", _("Law {number} of the National Assembly")),
    Instrument("Resolution", r"/QH\d+$", _("Resolution {number} of the National Assembly")),
    Instrument("Decree", r"/NĐ-CP$", _("Decree {number} of the Government")),
    Instrument("Decision", r"/QĐ-TTg$", _("Decision {number} of the Prime Minister")),
    Instrument("Circular", r"-BYT$", _("Circular {number} of the Minister of Health")),
    Instrument("Circular", r"-BNV$", _("Circular {number} of the Minister of Home Affairs")),
    Instrument("Decision", r"-BYT$", _("Decision {number} of the Minister of Health")),
    Instrument("Decision", r"-BNV$", _("Decision {number} of the Minister of Home Affairs")),
    Instrument("Resolution", r"-HĐND$", _("Resolution {number} of the People’s Council of {area}")),
    Instrument("Decision", r"-UBND$", _("Decision {number} of the People’s Committee of {area}")),
    Instrument("Law", "", _("Law no. {number}")),
    Instrument("Decree", "", _("Decree no. {number}")),
    Instrument("Circular", "", _("Circular no. {number}")),
    Instrument("Resolution", "", _("Resolution no. {number}")),
    Instrument("Decision", "", _("Decision no. {number}")),
    Instrument("Official letter", "", _("Official letter no. {number}")),
)
TITLES = {
    "15/2023/QH15": _("on medical examination and treatment"),
    "204/2004/NĐ-CP": _("on the pay of cadres, civil servants and public employees"),
    "115/2020/NĐ-CP": _("on the recruitment, use and management of public employees"),
    "101/2017/NĐ-CP": _("on the training of cadres, civil servants and public employees"),
    "171/2025/NĐ-CP": _("on the training of civil servants"),
    "98/2023/NĐ-CP": _("detailing the Law on Emulation and Commendation"),
    "14/2013/QĐ-TTg": _("on the duty of rotation of practitioners"),
    "08/2013/TT-BNV": _("on regular and early pay steps"),
    "1816/QĐ-BYT": _("on the rotation of staff of upper-level hospitals to support lower-level hospitals"),
}
WITHOUT_NUMBER = (_("Comprehensive support of lower levels by provincial hospitals"), _("Satellite hospitals project of the Ministry of Health, since 2013"))
OWN_RULES = ("Relais rule book",)

_OF_THE_COUNTRY = {"Luật": "Law", "Nghị định": "Decree", "Thông tư": "Circular", "Nghị quyết": "Resolution", "Quyết định": "Decision", "Công văn": "Official letter"}
_KINDS = "|".join(sorted({instrument.kind for instrument in INSTRUMENTS} | set(_OF_THE_COUNTRY), key=len, reverse=True))
_TEXT = re.compile(rf"\b({_KINDS})(?: số| No\.)? (\d+(?:/\d{{4}})?/[A-ZĐ][\w-]*)")
_ARTICLE = re.compile(r"\b(?:article|art\.|Điều) (\d+)")


@dataclass
class Basis:
    """One text, the article that is meant, and the texts that amended it."""

    kind: str
    number: str
    article: str | None = None
    amended_by: list["Basis"] = field(default_factory=list)

    @property
    def force(self) -> int:
        return next(place for place, instrument in enumerate(INSTRUMENTS) if instrument.kind == self.kind and re.search(instrument.number, self.number))

    def said(self, area: str) -> str:
        text = translate(INSTRUMENTS[self.force].said, number=self.number, area=area)
        if self.number in TITLES:
            text = f"{text} {translate(TITLES[self.number])}"
        if self.article:
            text = translate(_("{basis}, article {article}"), basis=text, article=self.article)
        if self.amended_by:
            text = translate(_("{basis}, as amended by {others}"), basis=text, others=", ".join(other.said(area) for other in self.amended_by))
        return text


def bases_of(citation: str) -> list[Basis]:
    """The texts that a citation names; none when it names none by its number."""
    cited = citation.partition(" (")[0]
    found: list[Basis] = []
    matches = list(_TEXT.finditer(cited))
    for place, match in enumerate(matches):
        end = matches[place + 1].start() if place + 1 < len(matches) else len(cited)
        basis = Basis(_OF_THE_COUNTRY.get(match[1], match[1]), match[2])
        article = _ARTICLE.search(cited, match.end(), end)
        basis.article = article[1] if article else None
        before = cited[: match.start()].rstrip()
        if found and before.endswith(("as amended by", "amended by")):
            found[-1].amended_by.append(basis)
            found[-1].article, basis.article = found[-1].article or basis.article, None
        else:
            found.append(basis)
    return found


def cited(citations: Sequence[str], area: str) -> list[str]:
    """Each text once, the strongest first; a text without number after them."""
    numbered: dict[str, Basis] = {}
    others: list[str] = []
    for citation in citations:
        found = [] if citation.startswith(OWN_RULES) else bases_of(citation)
        as_typed = current_language.get() == "vi" and citation.startswith(tuple(_OF_THE_COUNTRY))
        if found and not as_typed:
            for basis in found:
                numbered.setdefault(basis.number, basis)
        elif not citation.startswith(OWN_RULES):
            others.append(translate(citation.partition(" (")[0]) if not as_typed else citation)
    return [basis.said(area) for basis in sorted(numbered.values(), key=lambda basis: basis.force)] + list(dict.fromkeys(others))
