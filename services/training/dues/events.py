"""What falls due in training."""

from shared.dues import Due


class DueChanged(Due):
    """Somebody must act by a day on a session, a stay or a study, or on hours of continuing education."""

    type = "training.due.changed.v1"
    topic = "relais.training.dues"
