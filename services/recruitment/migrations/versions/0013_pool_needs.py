"""A need says from when and how hard it is to fill, may be put before a pool, and is closed with a reason; beside it what employers can spare."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        -- A service starts after its migrations: nobody waits for these locks, and every need there is keeps what the new constraints ask.
        -- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, ban-drop-constraint, require-concurrent-index-creation
        ALTER TABLE needs
            ADD COLUMN pool_id uuid REFERENCES pools,
            ADD COLUMN round_id uuid REFERENCES pool_rounds,
            ADD COLUMN wanted_from date,
            ADD COLUMN difficulty text CONSTRAINT need_difficulty CHECK (difficulty IN ('ordinary', 'hard', 'very_hard')),
            ADD COLUMN closed_by text,
            ADD COLUMN closed_on date,
            ADD COLUMN closing_reason text,
            DROP CONSTRAINT need_state,
            ADD CONSTRAINT need_state CHECK (state IN ('identified', 'validated', 'closed')),
            DROP CONSTRAINT need_validated_has_validator,
            ADD CONSTRAINT need_validated_has_validator CHECK ((state <> 'identified') = (validated_by IS NOT NULL AND validated_on IS NOT NULL)),
            ADD CONSTRAINT need_closed_says_why CHECK ((state = 'closed') = (closed_by IS NOT NULL AND closed_on IS NOT NULL AND closing_reason IS NOT NULL AND closing_reason <> '')),
            ADD CONSTRAINT need_closed_after_validation CHECK (closed_on >= validated_on);
        CREATE INDEX needs_of_pool ON needs (pool_id) WHERE pool_id IS NOT NULL;
        CREATE POLICY needs_of_pool ON needs FOR SELECT TO {service}_app USING (state <> 'identified' AND pool_id IN (SELECT open_pools()));

        CREATE TABLE pool_resources ({COLUMNS}
            pool_id uuid NOT NULL REFERENCES pools ON DELETE CASCADE,
            round_id uuid REFERENCES pool_rounds,
            facility_code text NOT NULL,
            kind text NOT NULL CONSTRAINT pool_resource_kind CHECK (kind IN ('spare_hours', 'shared_post', 'training_place')),
            occupation_code text,
            quantity numeric NOT NULL CONSTRAINT pool_resource_quantity_positive CHECK (quantity > 0),
            available_from date NOT NULL,
            available_to date,
            note text,
            offered_by text NOT NULL,
            offered_on date NOT NULL,
            ended_on date,
            ending_reason text,
            state text NOT NULL CONSTRAINT pool_resource_state CHECK (state IN ('offered', 'ended')),
            CONSTRAINT pool_resource_reference UNIQUE (authority_path, reference),
            CONSTRAINT pool_resource_period CHECK (available_to >= available_from),
            CONSTRAINT pool_resource_ended_says_why CHECK ((state = 'ended') = (ended_on IS NOT NULL AND ending_reason IS NOT NULL AND ending_reason <> ''))
        );
        CREATE INDEX pool_resources_of_pool ON pool_resources (pool_id, offered_on);

        -- Only a member states needs before a pool, and only an employer has posts to fill.
        CREATE FUNCTION guard_pool_needs() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.pool_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM pool_partners p WHERE p.pool_id = NEW.pool_id AND p.facility_code = NEW.facility_code AND p.state = 'member' AND p.takes_part_as = 'employer'
                    AND EXISTS (SELECT FROM pool_acceptances a WHERE a.partner_id = p.id)) THEN
                RAISE EXCEPTION 'no employer of the pool' USING ERRCODE = '23514', CONSTRAINT = 'need_of_an_employer_of_the_pool';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER guard_pool_needs BEFORE INSERT OR UPDATE OF pool_id ON needs FOR EACH ROW EXECUTE FUNCTION guard_pool_needs();
        """  # noqa: S608
    )
    protect("pool_resources")
    sql(f"CREATE POLICY pool_resources_of_pool ON pool_resources FOR SELECT TO {service}_app USING (pool_id IN (SELECT open_pools()));")  # noqa: S608
    audit_wall_opens({"pool_resource": "pool_resources"})
