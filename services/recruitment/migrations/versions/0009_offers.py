"""A post is offered to an eligible person until a day; of two who accept the same seat the database keeps one."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, sql
from shared.records import COLUMNS

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE offers ({COLUMNS}
            candidacy_id uuid NOT NULL REFERENCES candidacies,
            need_id uuid NOT NULL REFERENCES needs,
            post_id uuid NOT NULL,
            seat integer,
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            sent_by text NOT NULL,
            sent_on date NOT NULL,
            expires_on date NOT NULL,
            answered_by text,
            answered_on date,
            reason text,
            state text NOT NULL CONSTRAINT offer_state CHECK (state IN ('sent', 'accepted', 'declined', 'lapsed', 'hired')),
            CONSTRAINT offer_reference UNIQUE (authority_path, reference),
            CONSTRAINT offer_period CHECK (expires_on >= sent_on),
            CONSTRAINT offer_has_a_seat CHECK (state <> 'accepted' OR seat >= 1),
            CONSTRAINT offer_accepted_in_time CHECK (state <> 'accepted' OR answered_on <= expires_on),
            CONSTRAINT offer_answered_by_a_person CHECK ((state = 'sent') = (answered_by IS NULL AND answered_on IS NULL)),
            CONSTRAINT offer_declined_with_reasons CHECK (state <> 'declined' OR reason <> '')
        );
        CREATE INDEX offers_list ON offers (sent_on, id);
        CREATE INDEX offers_of_post ON offers (post_id);
        CREATE INDEX offers_of_person ON offers (person_id);
        CREATE INDEX offers_of_candidacy ON offers (candidacy_id);
        CREATE INDEX offers_of_need ON offers (need_id);
        CREATE UNIQUE INDEX offer_seat_accepted_once ON offers (post_id, seat) WHERE state = 'accepted';
        CREATE UNIQUE INDEX offer_open_once ON offers (candidacy_id) WHERE state IN ('sent', 'accepted');
        """
    )
    protect("offers")
    audit_wall_opens({"offer": "offers"})
