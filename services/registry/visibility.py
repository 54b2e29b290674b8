"""Whose a person's file is: it belongs to the authority that entered it, and is shared along the paths of those who employ the person."""


def authority_of(facility_path: str) -> str:
    """Code of the authority that manages a facility: the label before the facility's own."""
    labels = facility_path.split(".")
    return labels[-2] if len(labels) > 1 else labels[-1]


def parties_to_share_with(own_path: str, shared_with: list[str], other_path: str) -> list[str]:
    """The parties of a row once the authorities along another path have a relation with it too; sorted, none twice."""
    return sorted(set(shared_with) | (set(other_path.split(".")) - set(own_path.split("."))))
