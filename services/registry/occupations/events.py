"""What other services hear of occupations."""

from shared.events import Event


class OccupationChanged(Event):
    """An occupation was entered or described anew."""

    type = "registry.occupation.changed.v1"
    topic = "relais.registry.occupations"
    field_class = "public"

    code: str
    isco: str
    group: str
    country: str | None
    names: dict[str, str]
