"""What falls due in the registry."""

from shared.dues import Due


class DueChanged(Due):
    """Somebody must act by a day on a licence."""

    type = "registry.due.changed.v1"
    topic = "relais.registry.dues"
