"""What it takes to run a subject as JSON, as a verdict holds it: version 1 of `report_v1`."""

from __future__ import annotations

from typing import Any

from hilt.core.errors import ReportInvalid
from hilt.core.parts_v1 import kept
from hilt.core.running import BreakEven, Cost, Fits, Machine, Memory, Offer, Part, Running
from hilt.core.wire import Object, decode_item, decode_value, encode_text, encode_value

_FITS = {fits.value: fits for fits in Fits}


def encode_running(running: Running) -> dict[str, Any]:
    return kept(
        fits=running.fits.value,
        memory=_encode_memory(running.memory) if running.memory is not None else None,
        machine=_encode_machine(running.machine),
        largest_context=running.largest_context,
        speed=[encode_value(one) for one in running.speed] if running.speed is not None else None,
        costs=[{name: encode_value(figure) for name, figure in cost._asdict().items()} for cost in running.costs]
        or None,
        offers=[_encode_offer(offer) for offer in running.offers] or None,
        break_even=[_encode_break_even(one) for one in running.break_even] or None,
        prices_of=encode_text(running.prices_of) or None,
        why=[encode_text(one) for one in running.why] or None,
    )


def decode_running(value: Any, where: str = "running") -> Running:
    it = Object(value, where)
    speed = it.each("speed", _figure) if it.has("speed") else None
    if speed is not None and len(speed) != 2:
        raise ReportInvalid("two numbers are needed here, at least and at most", where=it.at("speed"))
    running = Running(
        fits=it.word("fits", _FITS),
        memory=_decode_memory(it.take("memory"), it.at("memory")) if it.has("memory") else None,
        machine=_decode_machine(it.take("machine"), it.at("machine")),
        largest_context=it.count("largest_context") if it.has("largest_context") else None,
        speed=(speed[0], speed[1]) if speed is not None else None,
        costs=it.each("costs", _decode_cost) if it.has("costs") else (),
        offers=it.each("offers", _decode_offer) if it.has("offers") else (),
        break_even=it.each("break_even", _decode_break_even) if it.has("break_even") else (),
        prices_of=it.text("prices_of", ""),
        why=it.each("why", decode_item) if it.has("why") else (),
    )
    it.done()
    return running


def _encode_memory(memory: Memory) -> dict[str, Any]:
    return kept(
        engine=encode_text(memory.engine),
        context=encode_value(memory.context),
        sequences=encode_value(memory.sequences),
        parts=[
            kept(name=encode_text(one.name), reserved=encode_value(one.reserved), resident=encode_value(one.resident))
            for one in memory.parts
        ],
        why=[encode_text(one) for one in memory.why] or None,
    )


def _decode_memory(value: Any, where: str) -> Memory:
    it = Object(value, where)
    memory = Memory(
        engine=it.text("engine"),
        context=it.count("context"),
        sequences=it.count("sequences"),
        parts=it.each("parts", _decode_part),
        why=it.each("why", decode_item) if it.has("why") else (),
    )
    it.done()
    return memory


def _decode_part(value: Any, where: str) -> Part:
    it = Object(value, where)
    part = Part(name=it.text("name"), reserved=it.count("reserved"), resident=it.count("resident"))
    it.done()
    return part


def _encode_machine(machine: Machine) -> dict[str, Any]:
    return kept(
        name=encode_text(machine.name),
        memory=encode_value(machine.memory),
        bandwidth=encode_value(machine.bandwidth),
        price=encode_value(machine.price),
        source=encode_text(machine.source) or None,
        as_of=encode_text(machine.as_of) or None,
    )


def _decode_machine(value: Any, where: str) -> Machine:
    it = Object(value, where)
    machine = Machine(
        name=it.text("name"),
        memory=it.count("memory"),
        bandwidth=_optional(it, "bandwidth"),
        price=_optional(it, "price"),
        source=it.text("source", ""),
        as_of=it.text("as_of", ""),
    )
    it.done()
    return machine


def _decode_cost(value: Any, where: str) -> Cost:
    it = Object(value, where)
    cost = Cost(*(_figure(it.take(name), it.at(name)) for name in Cost._fields))
    it.done()
    return cost


def _encode_offer(offer: Offer) -> dict[str, Any]:
    return kept(
        provider=encode_text(offer.provider),
        model=encode_text(offer.model),
        input=encode_value(offer.input),
        output=encode_value(offer.output),
        same=offer.same,
        as_of=encode_text(offer.as_of),
    )


def _decode_offer(value: Any, where: str) -> Offer:
    it = Object(value, where)
    offer = Offer(
        provider=it.text("provider"),
        model=it.text("model"),
        input=_figure(it.take("input"), it.at("input")),
        output=_figure(it.take("output"), it.at("output")),
        same=it.flag("same"),
        as_of=it.text("as_of"),
    )
    it.done()
    return offer


def _encode_break_even(one: BreakEven) -> dict[str, Any]:
    return kept(offer=_encode_offer(one.offer), tokens_a_day=encode_value(one.tokens_a_day))


def _decode_break_even(value: Any, where: str) -> BreakEven:
    it = Object(value, where)
    one = BreakEven(_decode_offer(it.take("offer"), it.at("offer")), _optional(it, "tokens_a_day"))
    it.done()
    return one


def _optional(it: Object, key: str) -> float | None:
    return _figure(it.take(key), it.at(key)) if it.has(key) else None


def _figure(value: Any, where: str) -> float:
    number = decode_value(value, where)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ReportInvalid("a number is needed here", where=where)
    try:
        return float(number)
    except OverflowError:
        raise ReportInvalid("this number is too large", where=where) from None
