"""A purpose that goes from one person to another, by a merge or its undo, is said of neither wrongly."""

from shared.migrate import sql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        CREATE TRIGGER person_purposes_gone AFTER UPDATE ON person_purposes REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION keep_purposes();
        """
    )
