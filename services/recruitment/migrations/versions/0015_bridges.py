"""Bridges between professions: from which to which, by what training, with whom; and who takes one."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        CREATE TABLE bridges ({COLUMNS}
            pool_id uuid NOT NULL REFERENCES pools ON DELETE CASCADE,
            from_occupation text NOT NULL,
            to_occupation text NOT NULL,
            training text NOT NULL,
            months smallint NOT NULL CONSTRAINT bridge_months_positive CHECK (months > 0),
            partners text[] NOT NULL CONSTRAINT bridge_has_partners CHECK (cardinality(partners) > 0),
            evidence text NOT NULL,
            opened_by text NOT NULL,
            opened_on date NOT NULL,
            state text NOT NULL CONSTRAINT bridge_state CHECK (state IN ('open')),
            CONSTRAINT bridge_reference UNIQUE (authority_path, reference),
            CONSTRAINT bridge_once UNIQUE (pool_id, from_occupation, to_occupation),
            CONSTRAINT bridge_leads_elsewhere CHECK (from_occupation <> to_occupation)
        );

        CREATE TABLE crossings ({COLUMNS}
            bridge_id uuid NOT NULL REFERENCES bridges,
            pool_id uuid NOT NULL REFERENCES pools,
            profile_id uuid NOT NULL REFERENCES profiles,
            person_id uuid NOT NULL,
            to_facility text NOT NULL,
            begun_on date NOT NULL,
            begun_by text NOT NULL,
            ended_on date,
            state text NOT NULL CONSTRAINT crossing_state CHECK (state IN ('under_way', 'crossed', 'given_up')),
            CONSTRAINT crossing_reference UNIQUE (authority_path, reference),
            CONSTRAINT crossing_ended CHECK ((state = 'under_way') = (ended_on IS NULL)),
            CONSTRAINT crossing_period CHECK (ended_on >= begun_on)
        );
        CREATE UNIQUE INDEX crossing_once ON crossings (bridge_id, person_id) WHERE state <> 'given_up';
        CREATE INDEX crossings_of_pool ON crossings (pool_id, begun_on);
        CREATE INDEX crossings_of_profile ON crossings (profile_id);
        CREATE INDEX crossings_of_person ON crossings (person_id);
        """
    )
    protect("bridges")
    sql(f"CREATE POLICY bridges_of_pool ON bridges FOR SELECT TO {service}_app USING (pool_id IN (SELECT open_pools()));")  # noqa: S608
    protect("crossings")
    sql(f"CREATE POLICY crossings_of_profile ON crossings FOR SELECT TO {service}_app USING (EXISTS (SELECT FROM profiles p WHERE p.id = profile_id));")  # noqa: S608
    audit_wall_opens({"bridge": "bridges", "crossing": "crossings"})
