"""Whoever reads a session reads what it teaches: trainers of another authority, and those below once the course is retired."""

from shared.migrate import service_of_migration, sql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


TAUGHT = "EXISTS (SELECT FROM sessions WHERE sessions.course_id = courses.id)"


def upgrade() -> None:
    sql(f"CREATE POLICY courses_of_sessions ON courses FOR SELECT TO {service_of_migration()}_app USING ({TAUGHT});")
