"""`python -m shared.contracts export|check [module …]`"""

import argparse
import sys

from shared.contracts import (
    as_text,
    broken_fields,
    consumer_modules,
    contract_of,
    declared_consumers,
    declared_events,
    event_modules,
    judge,
    judge_consumer,
    next_version,
    promises,
)
from shared.kafka import EVENT_CONTRACTS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.contracts", description="The promises between services: events as JSON Schema.")
    parser.add_argument("command", choices=["export", "check"])
    parser.add_argument("modules", nargs="*", help="modules that declare events (default: all of services)")
    parser.add_argument("--unreleased", action="store_true", help="replace promises that nobody relies on yet")
    chosen = parser.parse_args()
    problems = export(chosen.modules, unreleased=chosen.unreleased) if chosen.command == "export" else check(chosen.modules)
    sys.stdout.write("".join(f"{problem}\n" for problem in problems))
    return 1 if problems else 0


def export(modules: list[str], *, unreleased: bool = False) -> list[str]:
    """Write the promises; one that is broken is not overwritten."""
    events, written = declared_events(modules or event_modules()), promises()
    EVENT_CONTRACTS.mkdir(parents=True, exist_ok=True)
    problems = []
    for kind, event in events.items():
        contract = contract_of(event)
        broken = broken_fields(written[kind], contract) if kind in written else []
        if broken and not unreleased:
            problems.append(f"{kind}: {', '.join(broken)} changed or went; write {next_version(kind)} beside it")
        else:
            (EVENT_CONTRACTS / f"{kind}.json").write_text(as_text(contract), encoding="utf-8")
    if unreleased and not modules:
        for kind in written.keys() - events.keys():
            (EVENT_CONTRACTS / f"{kind}.json").unlink()
    return problems


def check(modules: list[str]) -> list[str]:
    """Every promise kept, every event promised, every consumer understood."""
    events, written = declared_events(modules or event_modules()), promises()
    problems = [problem for kind, event in events.items() for problem in judge(event, written.get(kind))]
    if not modules:
        problems += [f"{kind}: promised, and nothing announces it any more" for kind in sorted(written.keys() - events.keys())]
        problems += [problem for consumer in declared_consumers(consumer_modules()) for problem in judge_consumer(consumer, written)]
    return problems


if __name__ == "__main__":
    sys.exit(main())
