"""Groups of pictures: when key frames tell enough, and which groups are decoded."""

from __future__ import annotations

from fractions import Fraction

from media_ingest.domain.gops import (
    Group,
    Habit,
    Middle,
    Packet,
    Step,
    bursts,
    groups,
    runs,
    still_looking,
    suspects,
    worth_a_try,
)
from media_ingest.domain.watched import Method

RATE = Fraction(25)
CALM = Step(10.0, 0.3, 1.0)


def camera(distance: int, count: int) -> list[Packet]:
    return [Packet(n * 512, 9000 if n % distance == 0 else 1000, n % distance == 0) for n in range(count)]


def method_after(keys: list[bool]) -> tuple[Method | None, int]:
    habit = Habit(RATE)
    for number, key in enumerate(keys, start=1):
        if (found := habit.add(key=key)) is not None:
            return found, number
    return None, len(keys)


def test_short_groups_are_told_after_a_few_of_them() -> None:
    assert method_after([n % 15 == 0 for n in range(200)]) == (Method.KEY_FRAMES, 61)


def test_long_groups_are_told_as_soon_as_one_is_too_long() -> None:
    assert method_after([n % 250 == 0 for n in range(500)]) == (Method.EVERY_FRAME, 33)


def test_where_every_frame_is_a_key_frame_nothing_is_gained() -> None:
    assert method_after([True] * 10)[0] is Method.EVERY_FRAME


def test_a_single_key_frame_tells_nothing() -> None:
    habit = Habit(RATE)
    for n in range(20):
        habit.add(key=n == 0)
    assert habit.settled() is Method.EVERY_FRAME


def test_what_the_prober_counted_spares_the_attempt() -> None:
    assert worth_a_try("h264", 15, RATE)
    assert worth_a_try("h264", 0, RATE)
    assert not worth_a_try("h264", 250, RATE)
    assert not worth_a_try("h264", 1, RATE)
    assert not worth_a_try("prores", 0, RATE)


def test_a_second_between_key_frames_is_short_at_any_rate() -> None:
    assert worth_a_try("h264", 60, Fraction(60))
    assert not worth_a_try("h264", 60, Fraction(25))
    # Thirty frames of a slow camera are three seconds, and what its key frames show lies too far apart.
    assert worth_a_try("h264", 13, Fraction(10))
    assert not worth_a_try("h264", 14, Fraction(10))


def test_groups_begin_at_key_frames_and_cover_the_rest() -> None:
    assert groups(camera(10, 25)) == [Group(0, 10), Group(10, 20), Group(20, 25)]


def test_frames_before_the_first_key_frame_belong_to_no_group() -> None:
    packets = [Packet(0, 10, key=False), *camera(10, 20)]
    assert groups(packets)[0].first == 1


def test_only_the_group_before_a_new_picture_is_suspected() -> None:
    packets = camera(10, 60)
    steps = [CALM, CALM, Step(80.0, 4.0, 5.0), CALM, CALM]
    assert suspects(packets, groups(packets), steps, [], RATE) == [2]


def test_a_camera_that_moves_all_the_time_is_not_suspected() -> None:
    packets = camera(10, 60)
    assert suspects(packets, groups(packets), [Step(40.0, 2.0, 3.0)] * 5, [], RATE) == []


def test_both_groups_around_a_mixed_picture_are_suspected() -> None:
    packets = camera(10, 60)
    middles = [Middle(0.0, 8.0, 0.9), Middle(0.9, 40.0, 0.1), Middle(0.0, 8.0, 0.9), Middle(0.0, 8.0, 0.9)]
    assert suspects(packets, groups(packets), [CALM] * 5, middles, RATE) == [1, 2]


def test_a_packet_that_stands_out_is_suspected() -> None:
    packets = camera(10, 60)
    packets[25] = Packet(packets[25].pts, 8000, key=False)
    assert suspects(packets, groups(packets), [CALM] * 5, [], RATE) == [2]


def test_a_group_too_long_to_be_judged_is_decoded() -> None:
    packets = [packet for n, packet in enumerate(camera(20, 120)) if n not in {20, 40}]
    packets = [Packet(p.pts, p.size, p.key and n not in {19, 39}) for n, p in enumerate(packets)]
    found = groups(packets)
    chosen = suspects(packets, found, [CALM] * (len(found) - 1), [], RATE)
    assert [found[n].end - found[n].first > 32 for n in chosen] == [True]


def test_runs_join_neighbours_and_reach_to_the_next_key_frame() -> None:
    packets = camera(10, 60)
    found = runs(packets, groups(packets), [1, 2], [4], 3)
    assert [(run.start // 512, run.end // 512, run.frames) for run in found] == [(10, 30, 21), (40, 43, 4)]


def test_a_long_stretch_is_taken_in_pieces_that_share_a_key_frame() -> None:
    packets = camera(25, 1500)
    found = runs(packets, groups(packets), range(60), [], 3)
    assert all(run.frames <= 601 for run in found)
    assert [a.end for a in found[:-1]] == [b.start for b in found[1:]]


def test_bursts_are_taken_where_nothing_else_is_decoded() -> None:
    assert bursts(30, [3], 10) == [15, 25]


def test_tiny_packets_ask_for_a_burst_late_in_their_stretch() -> None:
    packets = camera(10, 120)
    still = [Packet(p.pts, 100 if 40 <= n < 80 and not p.key else p.size, p.key) for n, p in enumerate(packets)]
    assert still_looking(still, groups(still), []) == [7]
    assert still_looking(still, groups(still), [6, 7]) == [5]
    assert still_looking(packets, groups(packets), []) == []
