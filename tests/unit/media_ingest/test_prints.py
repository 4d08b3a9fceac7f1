"""What a print survives: other encodings, sizes, exposure and black bars; and what has none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from media_ingest.adapters.prints import Bars, Printer, bits_of_spectra, mirrors, print_of, spectra_of

Picture = NDArray[np.uint8]


def picture(seed: int = 1, height: int = 54, width: int = 96) -> Picture:
    """A landscape of soft blobs, the same at every size."""
    chance = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    sum_ = np.zeros((height, width))
    for _ in range(24):
        y, x, size = *chance.random(2), 0.05 + 0.25 * chance.random()
        sum_ += chance.normal() * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / size**2)
    spread = (sum_ - sum_.min()) / np.ptp(sum_)
    grey: Picture = np.rint(40 + 180 * spread).astype(np.uint8)
    return grey


def bits(grey: Picture) -> int:
    """The print of a picture that has one."""
    made = print_of(grey)
    assert made is not None
    return made[0]


def apart(one: Picture, other: Picture) -> int:
    """In how many bits two pictures differ."""
    return (bits(one) ^ bits(other)).bit_count()


def test_exposure_contrast_and_noise_change_a_few_bits_at_most() -> None:
    one = picture()
    brighter = np.clip(one * 1.1 + 12, 0, 255).astype(np.uint8)
    noisy = np.clip(one + np.random.default_rng(2).normal(0, 6, one.shape), 0, 255).astype(np.uint8)
    assert apart(one, brighter) <= 3
    assert apart(one, noisy) <= 7


@pytest.mark.parametrize(("top", "side"), [(7, 0), (0, 12), (6, 9)])
def test_black_bars_are_cut_off(top: int, side: int) -> None:
    inside = picture(height=54 - 2 * top, width=96 - 2 * side)
    boxed = np.full((54, 96), 16, np.uint8)
    boxed[top : 54 - top, side : 96 - side] = inside
    assert apart(picture(), boxed) <= 7


def test_a_bar_that_ends_inside_a_row_counts_by_its_share() -> None:
    fine = np.full((540, 96), 0, np.uint8)
    fine[65:475] = picture(height=410)
    boxed = fine.reshape(54, 10, 96).mean(axis=1).astype(np.uint8)
    bars = Bars()
    bars.see(boxed)
    assert bars.box().top == pytest.approx(6.5, abs=0.15)
    assert bars.box().bottom == pytest.approx(47.5, abs=0.15)


def test_bars_are_told_from_a_dark_scene_by_the_other_frames() -> None:
    dark = picture()
    dark[:10] = dark[-10:] = 5
    printer = Printer()
    for number, grey in enumerate((dark, picture(2), picture(3))):
        printer.see(500 * number, grey)
    alone = print_of(dark)
    assert alone is not None
    assert printer.finish()[0].fine != alone[1], "alone its dark edges look like bars"
    assert printer.finish()[1].bits == bits(picture(2))


def test_pictures_of_nothing_have_no_print() -> None:
    grain = np.random.default_rng(3).integers(16, 20, (54, 96)).astype(np.uint8)
    assert print_of(grain) is None
    assert print_of(np.full((54, 96), 200, np.uint8)) is None


def test_different_pictures_differ_in_about_half_of_the_bits() -> None:
    distances = [apart(picture(seed), picture(seed + 100)) for seed in range(40)]
    assert min(distances) > 14
    assert 27 < sum(distances) / len(distances) < 37


def test_long_recordings_keep_prints_and_no_pictures() -> None:
    printer = Printer()
    for number in range(600):
        printer.see(500 * number, picture(number % 5))
    assert printer._waiting == []
    assert [row.at_ms for row in printer.finish()] == [500 * number for number in range(600)]


def test_mirroring_a_picture_is_changing_signs() -> None:
    cells = np.random.default_rng(4).random((1, 16, 16))
    turned = np.concatenate([cells, cells[:, :, ::-1], cells[:, ::-1], cells[:, ::-1, ::-1]])
    assert list(bits_of_spectra(spectra_of(turned))) == list(bits_of_spectra(spectra_of(cells) * mirrors()))
