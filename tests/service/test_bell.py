"""The bell remembers why it was rung."""

import asyncio
from threading import Thread

import pytest

from daemon.bell import Bell
from daemon.parts import Trigger


def heard(*acts, timeout_s=5.0):
    """What is heard after the acts."""

    async def listen():
        bell = Bell()
        for act in acts:
            act(bell)
        return await bell.heard(timeout_s)

    return asyncio.run(listen())


@pytest.mark.parametrize("trigger", list(Trigger))
def test_a_ring_is_heard_by_whoever_listens_later(trigger):
    assert heard(lambda bell: bell.ring(trigger)) is trigger


def test_silence_is_none():
    assert heard(timeout_s=0) is None


def test_a_time_that_is_over_already_is_silence_too():
    assert heard(timeout_s=-3) is None


@pytest.mark.parametrize("rings", [(Trigger.SAVE, Trigger.SIGNAL), (Trigger.SIGNAL, Trigger.SAVE)])
def test_the_reason_for_a_full_cycle_outlives_that_for_a_quick_one(rings):
    assert heard(*(lambda bell, each=each: bell.ring(each) for each in rings)) is Trigger.SIGNAL


@pytest.mark.parametrize("other", [Trigger.WEBHOOK, Trigger.GO_ON])
def test_a_save_is_not_lost_behind_what_may_wait_for_a_full_cycle(other):
    for rings in (other, Trigger.SAVE), (Trigger.SAVE, other):
        assert heard(*(lambda bell, each=each: bell.ring(each) for each in rings)) is Trigger.SAVE


def test_a_wake_up_ends_the_wait_without_a_reason():
    assert heard(Bell.wake) is None


def test_a_wake_up_forgets_no_ring():
    assert heard(lambda bell: bell.ring(Trigger.SAVE), Bell.wake) is Trigger.SAVE


def test_a_ring_is_heard_once():
    async def listen():
        bell = Bell()
        bell.ring(Trigger.SAVE)
        return await bell.heard(5), await bell.heard(0)

    assert asyncio.run(listen()) == (Trigger.SAVE, None)


def test_a_ring_from_another_thread_wakes_the_listener():
    async def listen():
        bell = Bell()
        ringer = Thread(target=bell.ring_from_thread, args=(Trigger.SAVE,))
        ringer.start()
        trigger = await bell.heard(30)
        await asyncio.to_thread(ringer.join)
        return trigger

    assert asyncio.run(listen()) is Trigger.SAVE


def test_the_second_ring_comes_once_after_the_last_of_many():
    async def listen():
        bell = Bell()
        for after_s in (0.01, 0.01, 0.02):
            bell.ring_twice_from_thread(Trigger.WEBHOOK, after_s)
        return [await bell.heard(30), await bell.heard(30), await bell.heard(0.1)]

    assert asyncio.run(listen()) == [Trigger.WEBHOOK, Trigger.WEBHOOK, None]


def test_a_ring_after_the_end_of_the_loop_is_no_error():
    async def make():
        return Bell()

    asyncio.run(make()).ring_from_thread(Trigger.SAVE)
