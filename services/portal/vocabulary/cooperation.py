"""Words of programmes of cooperation, meetings and referrals."""

from services.portal.texts import _

LABELS = {
    "series_kind": {"thematic": _("Thematic meetings"), "scientific": _("Scientific meetings")},
    "cooperation_indicator": {
        "posts_with_agreement": _("Posts with an agreement of the programme"),
        "posts_covered_percent": _("Share of posts with an agreement, %"),
        "visits_held_percent": _("Share of promised visits held, %"),
        "techniques_local": _("Techniques done locally"),
        "other": _("Another target, in words"),
    },
}
