"""What falls due in recruitment: a signed hire that no longer fits must be settled."""

from shared.dues import Due


class DueChanged(Due):
    """Somebody must act by a day, has acted, or need not act any more."""

    type = "recruitment.due.changed.v1"
    topic = "relais.recruitment.dues"
