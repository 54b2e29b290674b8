"""What training tells the registry about the holds that it took."""

from shared.holds import HoldSettled as Settled


class HoldSettled(Settled):
    """A session, a stay or a study keeps the person's days, or gives them back."""

    type = "training.hold.settled.v1"
    topic = "relais.training.holds"
