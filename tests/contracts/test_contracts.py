"""Promises between services are kept: what was announced once is announced as before, and every consumer understands it."""

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

import pytest
from pydantic import BaseModel

from shared.contracts import (
    as_text,
    consumer_modules,
    contract_of,
    declared_consumers,
    declared_events,
    event_modules,
    judge,
    judge_consumer,
    promises,
)
from shared.events import Event, classified
from shared.inbox import Consumer
from shared.kafka import all_topics

EVENTS = declared_events(event_modules())
CONSUMERS = declared_consumers(consumer_modules())


@pytest.mark.parametrize("kind", EVENTS)
def test_the_promise_is_kept(kind: str):
    assert judge(EVENTS[kind], promises().get(kind)) == []


@pytest.mark.parametrize("kind", promises())
def test_what_is_promised_is_announced(kind: str):
    assert kind in EVENTS


@pytest.mark.parametrize("consumer", CONSUMERS, ids=lambda consumer: consumer.name)
def test_the_consumer_understands_what_is_promised(consumer: Consumer):
    assert judge_consumer(consumer, promises()) == []


@pytest.mark.parametrize("kind", promises())
def test_the_example_can_be_read_by_those_who_hear_it(kind: str):
    promise = promises()[kind]
    for consumer in CONSUMERS:
        models = [model for model, _ in consumer.replicas.get(promise["x-topic"], ())] + [model for heard, (model, _) in consumer.handlers.items() if heard == kind]
        for model in models:
            for example in promise["examples"]:
                model.model_validate(example)


def test_every_topic_is_made_by_the_installation():
    assert {event.topic for event in EVENTS.values()} == set(all_topics())


class First(Event):
    """An agreement was signed."""

    type = "rotation.agreement.signed.v1"
    topic = "relais.rotation.agreements"

    code: str
    places: int
    share: Decimal
    ends_with: UUID | None = None


def changed(**fields: object) -> type[Event]:
    """The same event after somebody changed it; None removes a field."""
    kept = {name: (field.annotation, field) for name, field in First.model_fields.items() if name != "id"} | fields
    annotations = {name: field[0] if isinstance(field, tuple) else field for name, field in kept.items() if field is not None}
    body = {name: field[1] for name, field in kept.items() if isinstance(field, tuple)}
    return type("First", (Event,), {"__module__": __name__, "__doc__": First.__doc__, "__annotations__": annotations, "type": First.type, "topic": First.topic, **body})


class TestAPromise:
    def test_that_does_not_change_is_kept(self):
        assert judge(First, contract_of(First)) == []

    def test_may_grow(self):
        [said] = judge(changed(language=str), contract_of(First))
        assert said == "rotation.agreement.signed.v1: more than what is written; run python -m shared.contracts export"

    @pytest.mark.parametrize(
        ("field", "becomes"),
        [
            pytest.param("code", None, id="a field goes"),
            pytest.param("places", str, id="a number becomes text"),
            pytest.param("share", str, id="a decimal becomes any text"),
            pytest.param("places", int | None, id="a field may now be empty"),
            pytest.param("places", list[int], id="one becomes many"),
            pytest.param("ends_with", str | None, id="an identifier becomes any text"),
        ],
    )
    def test_that_is_broken_needs_a_new_version(self, field: str, becomes: object):
        [said] = judge(changed(**{field: becomes}), contract_of(First))
        assert said == f"rotation.agreement.signed.v1: {field} changed or went; write rotation.agreement.signed.v2 beside it"

    def test_cannot_move_to_another_topic(self):
        moved = contract_of(First) | {"x-topic": "relais.rotation.missions"}
        assert judge(First, moved) == ["rotation.agreement.signed.v1: the topic was relais.rotation.missions; moving it needs a new type"]

    def test_that_is_not_written_is_none(self):
        assert judge(First, None) == ["rotation.agreement.signed.v1: not promised yet; run python -m shared.contracts export"]

    def test_says_the_class_of_each_field_and_nothing_above_hr(self):
        assert contract_of(First)["properties"]["code"]["x-class"] == "hr"
        secret = changed(reason=(str, classified("sensitive")))  # type: ignore[arg-type]
        assert judge(secret, contract_of(secret)) == ["rotation.agreement.signed.v1: reason is of class sensitive; nothing above hr goes on a topic"]

    @pytest.mark.parametrize("field", ["full_name", "birth_date", "phone", "health_reason"])
    def test_names_nobody(self, field: str):
        telling = changed(**{field: str})
        assert judge(telling, contract_of(telling)) == [f"rotation.agreement.signed.v1: {field} says something personal; write an identifier instead"]

    def test_is_written_the_same_each_time_with_an_example_that_is_valid(self):
        contract = contract_of(First)
        assert as_text(contract) == as_text(contract_of(First))
        assert First.model_validate(contract["examples"][0]).places == 1


class TestAConsumer:
    def hearing(self, model: type[BaseModel]) -> list[str]:
        consumer = Consumer("observatory")

        async def keep(session: object, events: object) -> None: ...

        consumer.replica(model, keep)
        return judge_consumer(consumer, {First.type: contract_of(First)})

    def test_declares_only_what_it_uses(self):
        class Agreement(BaseModel):
            topic: ClassVar[str] = First.topic
            id: UUID
            share: Decimal
            remark: str = ""

        assert self.hearing(Agreement) == []

    def test_that_expects_what_nobody_promises_is_told(self):
        class Agreement(BaseModel):
            topic: ClassVar[str] = First.topic
            id: UUID
            places: UUID
            remark: str

        assert self.hearing(Agreement) == ["observatory: Agreement expects places, remark otherwise than rotation.agreement.signed.v1 promises"]

    def test_that_hears_a_topic_of_nobody_is_told(self):
        class Agreement(BaseModel):
            topic: ClassVar[str] = "relais.rotation.treaties"
            id: UUID

        assert self.hearing(Agreement) == ["observatory hears relais.rotation.treaties, which nobody promises"]

    def test_that_hears_one_version_and_not_the_other_is_told(self):
        class Signed(First):
            type: ClassVar[str] = "rotation.agreement.signed.v2"

        consumer = Consumer("observatory")

        async def act(session: object, event: object) -> None: ...

        consumer.on(First, act)
        written = {event.type: contract_of(event) for event in (First, Signed)}
        assert judge_consumer(consumer, written) == ["observatory does not handle rotation.agreement.signed.v2, but another version of it"]
