"""An early pay step says on which ground it is asked: merit, within the share of the staff, or a retirement that comes before the step (PAY-02)."""

from shared.migrate import sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for this lock. Lines of before have no ground: they were all for merit.
        -- squawk-ignore-file constraint-missing-not-valid
        ALTER TABLE pay_step_list_lines
            ADD COLUMN early_ground text,
            ADD CONSTRAINT pay_step_line_ground CHECK (early_ground IN ('merit', 'retirement'));
        """
    )
