"""Who may come in, and whose kernel is whose: by a clock that the test turns."""

from __future__ import annotations

import pytest

from lightpool_dashboard.visitors import BURST, MAX_CONNECTIONS, MESSAGES_PER_S, Refused, Visitors


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Socket:
    code = None

    def close(self, code=None):
        self.code = code


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def visitors(clock):
    return Visitors(2, starts_per_minute=3, patience_s=100, clock=clock)


def enter(visitors, kernel: str, address: str = "192.0.2.1") -> str:
    with visitors.place(address) as place:
        return visitors.settle(place, kernel)


def test_places_run_out_and_are_freed(visitors):
    enter(visitors, "a")
    enter(visitors, "b", "192.0.2.2")
    with pytest.raises(Refused, match="All places are taken"), visitors.place("192.0.2.3"):
        pytest.fail("a third came in")
    visitors.leave("a")
    enter(visitors, "c", "192.0.2.3")
    assert len(visitors) == 2


def test_a_place_counts_while_its_kernel_starts_and_not_twice(visitors):
    with visitors.place("192.0.2.1") as place:
        assert len(visitors) == 1
        visitors.settle(place, "a")
        assert len(visitors) == 1
    assert len(visitors) == 1


def test_a_place_whose_kernel_never_came_is_free_again(visitors):
    with pytest.raises(OSError, match="no kernel"), visitors.place("192.0.2.1"):
        raise OSError("no kernel")
    assert len(visitors) == 0


def test_one_address_cannot_open_page_after_page(visitors, clock):
    for kernel in "abc":
        enter(visitors, kernel)
        visitors.leave(kernel)
    clock.now += 20
    with pytest.raises(Refused, match="from your address") as refused, visitors.place("192.0.2.1"):
        pytest.fail("a fourth within the minute")
    assert refused.value.retry_s == 40
    enter(visitors, "d", "192.0.2.2")  # another may
    clock.now += 41
    enter(visitors, "e")


def test_a_kernel_belongs_to_who_has_its_secret(visitors):
    mine, yours = enter(visitors, "a"), enter(visitors, "b")
    assert visitors.knows("a", mine)
    assert not visitors.knows("a", yours)
    assert not visitors.knows("a", "")
    assert not visitors.knows("a", "ü")
    assert not visitors.knows("warm", "")
    visitors.leave("a")
    assert not visitors.knows("a", mine)


def test_a_kernel_that_nobody_came_for_is_deserted(visitors, clock):
    enter(visitors, "a")
    clock.now += 99
    assert not visitors.is_deserted("a")
    clock.now += 2
    assert visitors.is_deserted("a")
    assert not visitors.is_deserted("warm")


def test_a_connected_kernel_is_not_deserted_until_long_after_the_connection(visitors, clock):
    enter(visitors, "a")
    first, second = Socket(), Socket()
    visitors.connect("a", first)
    clock.now += 1000
    assert not visitors.is_deserted("a")
    visitors.connect("a", second)
    visitors.disconnect("a", first)
    clock.now += 1000
    assert not visitors.is_deserted("a")
    visitors.disconnect("a", second)
    assert not visitors.is_deserted("a")
    clock.now += 101
    assert visitors.is_deserted("a")


def test_a_kernel_has_few_connections(visitors):
    enter(visitors, "a")
    sockets = [Socket() for _ in range(MAX_CONNECTIONS)]
    for socket in sockets:
        assert visitors.may_connect("a")
        visitors.connect("a", socket)
    assert not visitors.may_connect("a")
    visitors.disconnect("a", sockets[0])
    assert visitors.may_connect("a")
    assert not visitors.may_connect("unknown")


def test_every_page_of_a_kernel_is_told_why_it_ended(visitors):
    enter(visitors, "a")
    sockets = [Socket(), Socket()]
    for socket in sockets:
        visitors.connect("a", socket)
    visitors.tell("a", 4001)
    assert [socket.code for socket in sockets] == [4001, 4001]
    visitors.tell("unknown", 4001)  # a warm one: nobody to tell


def test_a_page_may_say_so_much_at_once_and_some_more_each_second(visitors, clock):
    enter(visitors, "a")
    assert all(visitors.spend("a") for _ in range(BURST))
    assert not any(visitors.spend("a") for _ in range(1000))
    clock.now += 1
    assert sum(visitors.spend("a") for _ in range(1000)) == MESSAGES_PER_S
    clock.now += 1000
    assert sum(visitors.spend("a") for _ in range(2 * BURST)) == BURST
    assert not visitors.spend("unknown")
