"""The restore of all databases to one point, rehearsed: back up, go on, lose everything, put back, reconcile."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.local.backup import back_up, restore
from deploy.local.stack import RunningStack, running_stack, temporary_folder
from deploy.local.state import CHECKOUT, CannotStart, State
from shared.worker import everything_is_heard
from tests.support.system import STACK_KIND, call, query, until

pytestmark = [pytest.mark.stack, pytest.mark.embedded]

FACILITIES = "relais.registry.facilities"
BEFORE, LOST, AFTER = "VN-22-BEFORE", "VN-22-LOST", "VN-22-AFTER"
HEARERS = ("recruitment", "observatory")


def relais(folder: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RELAIS_")} | {"RELAIS_STATE_DIR": str(folder)}
    done = subprocess.run([sys.executable, "-m", "deploy.local.cli", *words], cwd=CHECKOUT, check=False, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def enter(stack: RunningStack, code: str) -> None:
    facility = {"code": code, "name": f"Trạm {code}", "type": "station", "level": "commune", "area_code": "VN-22-06652", "authority": "VN-22", "valid_from": "2020-01-01"}
    status, answer = call(stack.account("linh"), f"{stack.public_url}/api/v1/registry/facilities", "POST", facility)
    assert status == 201, answer


def all_is_heard(stack: RunningStack) -> None:
    ops = stack.account("ops")

    def heard() -> bool:
        _status, said = call(ops, f"{stack.public_url}/health")
        services = {name: detail for name, detail in said["services"].items() if "positions" in detail}
        return len(services) == 6 and everything_is_heard(services)

    until(heard, "every event is heard by all who hear it")


def known_to(stack: RunningStack, service: str) -> set[str]:
    return {code for (code,) in query(stack, service, "SELECT DISTINCT code FROM facility_authorities WHERE code LIKE 'VN-22-%'")}


def told(stack: RunningStack) -> dict[str, tuple[int, str]]:
    """Every event about facilities that the broker has: its id with the life of the database that told it, and what it is about."""

    async def read() -> dict[str, tuple[int, str]]:
        consumer = AIOKafkaConsumer(FACILITIES, bootstrap_servers=f"127.0.0.1:{stack.port('kafka')}", auto_offset_reset="earliest", group_id=None)
        await consumer.start()
        try:
            ends = await consumer.end_offsets(consumer.assignment())
            found: dict[str, tuple[int, str]] = {}
            while [partition for partition, end in ends.items() if await consumer.position(partition) < end]:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for record in records:
                        headers = dict(record.headers)
                        found[headers["ce_id"].decode()] = (int(headers["ce_incarnation"]), json.loads(record.value)["code"])
            return found
        finally:
            await consumer.stop()

    return asyncio.run(read())


def incarnations(stack: RunningStack) -> dict[str, int]:
    services = ("registry", "recruitment", "training", "appointment", "rotation", "observatory")
    return {service: query(stack, service, "SELECT value FROM incarnation")[0][0] for service in services}


@dataclass
class Rehearsal:
    """What was seen in the first life and in the second one."""

    folder: Path
    backup: Path
    lives: dict[str, dict[str, Any]] = field(default_factory=dict)

    def look(self, life: str, stack: RunningStack) -> None:
        all_is_heard(stack)
        self.lives[life] = {
            "facilities": {service: known_to(stack, service) for service in ("registry", *HEARERS)},
            "told": told(stack),
            "incarnations": incarnations(stack),
            "ids": {str(id_) for (id_,) in query(stack, "registry", "SELECT id FROM outbox")},
            "set aside": [query(stack, service, "SELECT (SELECT count(*) FROM parked_events), (SELECT count(*) FROM dead_letters)")[0] for service in HEARERS],
        }


@pytest.fixture(scope="module")
def rehearsed() -> Iterator[Rehearsal]:
    """Everything between the backup and the end of the second life, once."""
    with temporary_folder() as folder:
        rehearsal = Rehearsal(folder, folder / "backups" / "monday")
        with running_stack(STACK_KIND, state_dir=folder) as stack:
            enter(stack, BEFORE)
            all_is_heard(stack)
            assert "Backed up as of" in relais(folder, "backup", str(rehearsal.backup))
            with pytest.raises(CannotStart, match="is not empty"):
                back_up(stack, rehearsal.backup)
            with pytest.raises(CannotStart, match="already runs here"):
                restore(stack.state, stack.base, rehearsal.backup)
            enter(stack, LOST)
            rehearsal.look("first", stack)
        shutil.rmtree(folder / STACK_KIND / "postgres")
        assert "All databases are as of" in relais(folder, "restore", str(rehearsal.backup), "--yes")
        with running_stack(STACK_KIND, state_dir=folder) as stack:
            enter(stack, AFTER)
            rehearsal.look("second", stack)
            rehearsal.lives["second"]["audit"] = relais(folder, "audit", "verify")
        yield rehearsal


class TestRestore:
    def test_each_database_is_as_it_was_and_goes_on(self, rehearsed: Rehearsal):
        first, second = rehearsed.lives["first"], rehearsed.lives["second"]
        assert set.intersection(*first["facilities"].values()) >= {BEFORE, LOST}, "the rehearsal lost something that was known everywhere"
        for service, codes in second["facilities"].items():
            assert codes & {BEFORE, LOST, AFTER} == {BEFORE, AFTER}, service

    def test_everything_is_told_again_by_the_new_life_and_nothing_of_the_lost_time(self, rehearsed: Rehearsal):
        first, second = rehearsed.lives["first"], rehearsed.lives["second"]
        assert {life for life, _code in first["told"].values()} == {first["incarnations"]["registry"]}
        assert {life for life, _code in second["told"].values()} == {second["incarnations"]["registry"]}
        assert LOST not in {code for _life, code in second["told"].values()}
        assert {id_ for id_, (_life, code) in first["told"].items() if code == BEFORE} <= set(second["told"])

    def test_every_database_begins_a_later_life(self, rehearsed: Rehearsal):
        first, second = rehearsed.lives["first"]["incarnations"], rehearsed.lives["second"]["incarnations"]
        assert all(second[service] > first[service] for service in first)

    def test_no_id_of_the_lost_time_is_given_again(self, rehearsed: Rehearsal):
        of_lost_time = {id_ for id_, (_life, code) in rehearsed.lives["first"]["told"].items() if code == LOST}
        assert of_lost_time
        assert not of_lost_time & rehearsed.lives["second"]["ids"]

    def test_nobody_is_left_waiting(self, rehearsed: Rehearsal):
        assert rehearsed.lives["second"]["set aside"] == [(0, 0)] * len(HEARERS)

    def test_the_sealed_audit_holds(self, rehearsed: Rehearsal):
        assert rehearsed.lives["second"]["audit"].count("holds") == 6


class TestWhatIsRefused:
    @pytest.fixture
    def damaged(self, rehearsed: Rehearsal, tmp_path: Path) -> Callable[[str], Path]:
        def damage(name: str) -> Path:
            copy = tmp_path / "backup"
            shutil.copytree(rehearsed.backup, copy)
            with (copy / name).open("r+b") as file:
                file.truncate((copy / name).stat().st_size // 2)
            return copy

        return damage

    def test_a_backup_that_did_not_end(self, rehearsed: Rehearsal, tmp_path: Path):
        with pytest.raises(CannotStart, match="is no backup that ended"):
            restore(State.open(rehearsed.folder), 9000, tmp_path)

    def test_a_damaged_backup_and_the_data_stay_as_they_are(self, rehearsed: Rehearsal, damaged: Callable[[str], Path]):
        with pytest.raises(CannotStart, match="pg_verifybackup failed"):
            restore(State.open(rehearsed.folder), 9000, damaged("postgres/base.tar.gz"))
        assert (rehearsed.folder / STACK_KIND / "postgres" / "PG_VERSION").exists()
