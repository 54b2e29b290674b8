"""What falls due in rotation."""

from typing import ClassVar

from shared.dues import Due


class DueChanged(Due):
    """Visits without a word, an agreement that ends, a report or a follow-up that is awaited."""

    type: ClassVar[str] = "rotation.due.changed.v1"
    topic: ClassVar[str] = "relais.rotation.dues"
