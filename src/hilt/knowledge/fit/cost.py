"""What a million tokens cost on own hardware, and from how many a day that is cheaper than a host.

A token here is one of a blend: three of input to one of output, as in the prices that it is held against. Input is read
many at a time: at least 3 times as fast as output is written (a processor), at most 50 times (a card).
"""

from __future__ import annotations

from hilt.core.running import BreakEven, Cost, Offer

UTILISATIONS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.35, 0.5, 0.65, 0.8, 0.9, 1.0)
"""Enough for a curve; 5, 25, 50 and 100 % are among them."""
INPUT = 3
"""Tokens of input to one of output."""
READ = (3, 50)
"""How many times as fast input is read as output is written, at least and at most."""
_HOUR, _DAY, _MILLION = 3600, 24, 1_000_000


def blended(written: tuple[float, float]) -> tuple[float, float]:
    """Tokens of the blend a second, where so many of output are written a second while nothing is read."""
    slow, fast = (tokens * (INPUT + 1) / (1 + INPUT / times) for tokens, times in zip(written, READ, strict=True))
    return slow, fast


def a_million(price: float, tokens_a_second: float, utilisation: float) -> float:
    """US dollars for a million tokens on a machine of `price` dollars an hour that is busy for `utilisation` of the time."""
    return price / (tokens_a_second * _HOUR * utilisation) * _MILLION


def costs(
    price: float, tokens_a_second: tuple[float, float], utilisations: tuple[float, ...] = UTILISATIONS
) -> tuple[Cost, ...]:
    slow, fast = tokens_a_second
    return tuple(Cost(one, low=a_million(price, fast, one), high=a_million(price, slow, one)) for one in utilisations)


def break_even(price: float, tokens_a_second: tuple[float, float], offer: Offer) -> BreakEven:
    """The tokens a day for which the host asks what the machine costs; None where not even the fastest speed reaches it."""
    if offer.blended <= 0:
        return BreakEven(offer, None)
    tokens = price * _DAY / offer.blended * _MILLION
    return BreakEven(offer, tokens if tokens <= tokens_a_second[1] * _HOUR * _DAY else None)


def an_hour(bought: float, watts: float, years: float, a_kilowatt_hour: float) -> float:
    """US dollars an hour of a machine that was bought: its price spread over `years`, and its electricity."""
    return bought / (years * 365 * _DAY) + watts / 1000 * a_kilowatt_hour
