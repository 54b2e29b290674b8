"""Kinds of facility of other countries: a centre of first care, a network of practices, an association."""

from shared.migrate import sql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for this lock, and every row fits the longer list.
        -- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid
        ALTER TABLE facilities DROP CONSTRAINT facility_type;
        ALTER TABLE facilities ADD CONSTRAINT facility_type CHECK (type IN ('hospital', 'specialised_hospital', 'health_centre', 'primary_centre', 'polyclinic', 'station', 'clinic',
            'pharmacy', 'prevention_centre', 'training_institute', 'care_home', 'home_care', 'health_network', 'association', 'authority', 'other'));
        """
    )
