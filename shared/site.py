"""What is done for somebody who has not signed in: by nobody in particular, for one authority alone.

A public route says what everybody may do; what it then writes passes the same walls as anything else, as this caller.
"""

from shared.auth import Caller

SITE = "public-site"


def site_of(authority_path: str) -> Caller:
    """Who writes for the public site: rows of one authority, and no other."""
    return Caller(
        account=SITE,
        issuer="relais",
        name="",
        roles=frozenset({"facility-hr-officer"}),  # a row is first written for work: whoever sees candidates alone could not write it
        scopes=frozenset(),
        client_id="",
        is_machine=False,
        territories=(),
        facilities=(),
        scope=(authority_path,),
    )
