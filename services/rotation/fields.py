"""Kinds of text that bodies of rotation are made of."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Za-z0-9]+)*$", max_length=60)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=60)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Level = Annotated[int, Field(ge=1, le=5, description="1 observes · 2 under direct supervision · 3 help at hand · 4 alone · 5 supervises others")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Language = Literal["fr", "vi", "en", "ar"]
LanguageLevel = Literal["A1", "A2", "B1", "B2", "C1", "C2"]
StatusType = Literal["dfms", "dfmsa", "stagiaire_associe", "observer", "student", "teacher"]
