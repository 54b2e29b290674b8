"""The audit is sealed: keys, seals and salts; a request reads the changes of what it may see. Appointment keeps the heads of the observatory."""

from shared.audit_tables import kept_seals, sealed_audit

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = {
    "award": "awards",
    "benefit": "benefits",
    "budget": "commitment_budgets AS thing WHERE thing.authority = after ->> 'authority' AND thing.year = (after ->> 'year')::smallint",
    "case": "appointment_cases",
    "commitment": "commitments",
    "decision": "decisions",
    "import": "imports",
    "mandate": "mandates",
    "pay_step": "pay_steps",
    "pay_step_list": "pay_step_lists",
    "payment": "commitment_payments",
    "position": "leadership_positions",
    "probation": "probations",
    "register": "registers AS thing WHERE thing.authority = after ->> 'authority'",
    "succession_plan": "succession_plans",
    "transfer": "leader_transfers",
}


def upgrade() -> None:
    sealed_audit(KINDS)
    kept_seals()
