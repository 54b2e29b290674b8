"""Revising a plan is a chance and no duty: it falls due no more."""

from shared.migrate import close_dues

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    close_dues("training", "plan_revision")
