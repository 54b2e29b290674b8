"""A campaign may be held and a person hired without an attraction policy: then there is no money, and no service is owed for it."""

from shared.migrate import sql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MONEY = ("facility_group", "amount", "currency", "commitment_years", "commitment_ends_on", "payment_schedule", "breach_policy", "grant_rules")


def upgrade() -> None:
    dropped = ", ".join(f"ALTER COLUMN {column} DROP NOT NULL" for column in ("policy_id", *MONEY))
    together = " AND ".join(f"(policy_id IS NULL) = ({column} IS NULL)" for column in MONEY)
    sql(
        f"""
        -- A service starts after its migrations: nobody waits for these locks, and every row there is has a policy. A client that knows only hires
        -- with money goes on reading those.
        -- squawk-ignore-file constraint-missing-not-valid, ban-drop-not-null, ban-drop-default
        ALTER TABLE campaigns ALTER COLUMN policy_id DROP NOT NULL;
        ALTER TABLE hires
            {dropped},
            ALTER COLUMN payment_schedule DROP DEFAULT,
            ALTER COLUMN breach_policy DROP DEFAULT,
            ADD CONSTRAINT hire_money_comes_from_a_policy CHECK ({together});
        """
    )
