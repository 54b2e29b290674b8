"""What became of the days that rotation held."""

from typing import ClassVar

from shared.holds import HoldSettled as Settled


class HoldSettled(Settled):
    """The days of a mission are confirmed with it, or free again from a day on."""

    type: ClassVar[str] = "rotation.hold.settled.v1"
    topic: ClassVar[str] = "relais.rotation.holds"
