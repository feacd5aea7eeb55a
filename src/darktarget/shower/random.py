"""Random numbers and table look-ups of the shower kernel: splitmix64 counters, one stream per primary."""

from __future__ import annotations

import math

import numpy as np

from darktarget.shower.state import MAIN, Tables, Words

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
M1, M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_S32, _LOW32, _TO_UNIT = np.uint64(32), np.uint64(0xFFFFFFFF), 2.0**-32


def mix(z: np.uint64) -> np.uint64:
    """Finaliser of splitmix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    z = (z ^ (z >> _S30)) * M1
    z = (z ^ (z >> _S27)) * M2
    return z ^ (z >> _S31)


def uniform(rng: Words, stream: int) -> float:
    """Next number of a stream, strictly between 0 and 1."""
    rng[stream] = rng[stream] + GOLDEN
    return float((np.int64(mix(rng[stream]) >> _S11) + 0.5) * 2.0**-53)


def next_word(rng: Words) -> np.uint64:
    """Next 64 random bits of the main stream; where speed counts, one word gives two numbers."""
    rng[MAIN] = rng[MAIN] + GOLDEN
    return mix(rng[MAIN])


def high_half(word: np.uint64) -> float:
    """The upper 32 bits as a number strictly between 0 and 1."""
    return float((np.int64(word >> _S32) + 0.5) * _TO_UNIT)


def low_half(word: np.uint64) -> float:
    """The lower 32 bits as a number strictly between 0 and 1."""
    return float((np.int64(word & _LOW32) + 0.5) * _TO_UNIT)


def free_path(t: Tables, word: np.uint64) -> float:
    """-ln u, u the upper half of a word, to 1e-8: by table and series, a third of the cost of a logarithm."""
    n = np.int64(word >> _S32)
    j = n >> 24
    if j < 16:
        return -math.log((n + 0.5) * _TO_UNIT)
    d = (n + 0.5) * t.logs[j, 1] - 1.0
    return float(t.logs[j, 0] - d * (1 - d * (0.5 - d * (1 / 3 - d * (0.25 - 0.2 * d)))))


def log_ratio(r: float) -> float:
    """ln r for 1 - MAX_LOSS <= r <= 1, to 2e-7: cheaper than a logarithm at every step."""
    d = 1.0 - r
    return -d * (1 + d * (0.5 + d * (1 / 3 + d * (0.25 + 0.2 * d))))


def rate(t: Tables, m: int, species: int, i: int, f: float, column: int) -> float:
    """A column of the rate table, linear in ln E."""
    low = t.rates[m, species, i, column]
    return float(low + f * (t.rates[m, species, i + 1, column] - low))


def draw(t: Tables, m: int, process: int, i: int, f: float, rng: Words) -> float:
    """Mapped variable in [0, 1] of a process, from its inverse distribution at a neighbouring energy."""
    word = next_word(rng)  # its low half chooses the energy, its high half the point of the distribution
    node = i + 1 if low_half(word) < f else i
    r = high_half(word) * (t.inverse.shape[3] - 1)
    j = int(r)
    low = t.inverse[m, process, node, j]
    return float(low + (r - j) * (t.inverse[m, process, node, j + 1] - low))
