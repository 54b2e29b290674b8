"""What falls due in appointment: decisions to sign or to number, payments, commitments and careers."""

from shared.dues import Due


class DueChanged(Due):
    """Somebody must act by a day, has acted, or need not act any more."""

    type = "appointment.due.changed.v1"
    topic = "relais.appointment.dues"
