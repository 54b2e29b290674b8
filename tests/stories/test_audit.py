"""After the play, every service's audit is sealed, its heads are kept by another service, and the walk finds nothing."""

import os
import subprocess
import sys

import pytest

from deploy.local.audit import AUDITED, keeper_of
from deploy.local.play import Outcome
from deploy.local.stack import RunningStack
from deploy.local.state import CHECKOUT
from tests.support.system import query, until

pytestmark = pytest.mark.story


def test_every_audit_verifies_after_the_play(stack: RunningStack, played: Outcome) -> None:
    def is_kept(service: str) -> bool:
        [(sealed, unsealed)] = query(stack, service, "SELECT (SELECT max(number) FROM audit_seals), (SELECT count(*) FROM audit WHERE seq NOT IN (SELECT seq FROM audit_leaves))")
        [(kept,)] = query(stack, keeper_of(service), f"SELECT max(number) FROM kept_seals WHERE service = '{service}'")
        return unsealed == 0 and sealed is not None and sealed == kept

    for service in AUDITED:
        until(lambda service=service: is_kept(service), f"the seals of {service} are kept", 30)
    done = subprocess.run(
        [sys.executable, "-m", "deploy.local.cli", "audit", "verify"],
        cwd=CHECKOUT,
        env=os.environ | {"RELAIS_STATE_DIR": str(stack.state.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" holds") == len(AUDITED), done.stdout
