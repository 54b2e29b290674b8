"""What a person owes after a commitment ended early is told on no topic: it is read in the list of what is asked back."""

from shared.migrate import close_dues

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    close_dues("appointment", "commitment_to_assess", "repayment_due")
