"""Pickles of things taken for what they are not: made, held or handed back by what is safe with other arguments.

Written and read as those of `pickles`, and never loaded. Each was seen to run a command where it was written for that.
"""

from __future__ import annotations

from attacks.pickles import OBJECT, PIPELINE, SAMPLES, Sample, _code, _hidden, _unknown, called, named, p, stacked, text

DISTRIBUTION = named("scipy.stats._continuous_distns", "norm_gen")
TEMPLATE = b"}" + text("_parse_arg_template") + text("import os; os.system('echo hilt')") + b"s"
HELD = OBJECT + b"}" + text("from_arrays") + named("builtins", "print") + b"sb"
"""An object that calls what its state brought when it is asked for one of its methods."""
CONFUSED: tuple[Sample, ...] = (
    _code("state-of-a-distribution", p(2, DISTRIBUTION + b")\x81" + TEMPLATE + b"b"), "runs Python code that stands in its state"),
    _code("state-of-a-distribution-in-a-dictionary-of-its-own", p(2, DISTRIBUTION + b")\x81" + called(named("collections", "OrderedDict")) + TEMPLATE[1:] + b"b"), "runs Python code that stands in its state"),
    _code("distribution-for-a-tensor", p(2, called(named("torch._tensor", "_rebuild_from_type_v2"), named("sklearn.neighbors._kd_tree", "newObj"), DISTRIBUTION, DISTRIBUTION + b"\x85", TEMPLATE)), "_rebuild_from_type_v2(sklearn.neighbors._kd_tree.newObj, scipy.stats._continuous_distns.norm_gen"),
    _code("distribution-given-for-a-tensor", p(2, called(named("torch._tensor", "_rebuild_from_type_v2"), named("torch.jit._pickle", "restore_type_tag"), DISTRIBUTION, DISTRIBUTION + b")\x81" + text("") + b"\x86", TEMPLATE)), "_rebuild_from_type_v2(torch.jit._pickle.restore_type_tag"),
    *(_code(f"distribution-for-{one}", p(2, called(named(*one.rsplit(".", 1)), DISTRIBUTION, b"}") + TEMPLATE + b"b"), f"{one}(scipy.stats._continuous_distns.norm_gen") for one in ("pandas.core.indexes.base._new_Index", "pandas.core.indexes.datetimes._new_DatetimeIndex")),
    _code("distribution-for-a-masked-array", p(2, called(named("numpy.ma.core", "_mareconstruct"), DISTRIBUTION, named("numpy", "ndarray"), b"K\0\x85", b"C\1b") + TEMPLATE + b"b"), "numpy.ma.core._mareconstruct(scipy.stats._continuous_distns.norm_gen"),
    _code("distribution-handed-back", p(2, called(named("torch.jit._pickle", "restore_type_tag"), DISTRIBUTION + b")\x81", text("")) + TEMPLATE + b"b"), "runs Python code that stands in its state"),
    _code("function-handed-back", p(2, called(named("torch.jit._pickle", "restore_type_tag"), named("torch.nn.functional", "relu"), text("")) + b"N}" + text("__defaults__") + b"Ns\x86b"), "changes torch.nn.functional.relu"),
    _unknown("partial-whose-state-cannot-be-told", p(2, called(called(named("functools", "partial"), named("argparse", "Namespace")) + called(named("builtins", "tuple"), b"](" + named("sklearn.neighbors._kd_tree", "newObj") + b")}Ne") + b"b", DISTRIBUTION) + TEMPLATE + b"b"), "functools.partial(builtins.tuple()"),
    _unknown("method-of-an-object-that-holds-functions", p(2, called(named("pandas.core.indexes.interval", "_new_IntervalIndex"), HELD, b"}")), "_new_IntervalIndex(argparse.Namespace()"),
    _unknown("asked-for-detach", p(2, called(named("torch.nn.parameter", "Parameter"), HELD)), "torch.nn.parameter.Parameter(argparse.Namespace()"),
    _unknown("state-that-holds-functions", p(2, PIPELINE + HELD + b"b"), ".__setstate__(argparse.Namespace()"),
    _unknown("text-of-an-object-deep-inside", p(2, called(named("builtins", "ValueError"), b"](](](" + PIPELINE + b"eee")), "builtins.ValueError([[[sklearn.pipeline.Pipeline()]]]"),
    _unknown("text-of-items", p(2, called(named("builtins", "str"), called(named("collections", "OrderedDict")) + text("x") + PIPELINE + b"s")), "builtins.str(collections.OrderedDict()"),
    _unknown("object-among-keywords", p(4, stacked("argparse", "Namespace") + b")}" + text("x") + PIPELINE + b"s\x92"), "argparse.Namespace({'x': sklearn.pipeline.Pipeline()"),
    _unknown("partial-with-objects-among-keywords", p(2, called(named("functools", "partial"), named("builtins", "print")) + b"(" + named("builtins", "print") + b")}" + text("file") + HELD + b"sNtb"), "functools.partial(builtins.print)"),
    _unknown("partial-of-what-only-pickles-call", p(2, called(named("functools", "partial"), named("pandas.core.indexes.interval", "_new_IntervalIndex"))), "functools.partial(pandas.core.indexes.interval._new_IntervalIndex"),
)  # fmt: skip

PRINT = named("builtins", "print")
SGD = named("torch.optim.sgd", "SGD") + b")\x81"
OF_OBJECTS = called(named("numpy", "dtype"), text("O"), b"\x89", b"\x88")
DENIED = b"(K\3" + text("|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"
ODD = (
    _hidden("optimiser-with-a-method-of-its-own", p(2, SGD + b"}" + text("_patch_step_function") + PRINT + b"sb"), "puts builtins.print on an object as _patch_step_function"),
    _hidden("optimiser-with-defaults-of-its-own", p(2, SGD + b"}" + text("defaults") + HELD + b"sb"), "gives an optimiser argparse.Namespace() as defaults"),
    _hidden("optimiser-with-groups-of-its-own", p(2, SGD + b"}" + text("param_groups") + b"](" + HELD + b"esb"), "groups of parameters that are no dictionaries"),
    _hidden("array-of-an-object", p(2, OBJECT + b"}" + text("__array__") + PRINT + b"sb"), "puts builtins.print on an object as __array__"),
    _hidden("method-under-a-computed-name", p(2, OBJECT + b"}" + called(named("builtins", "str"), b"C\x0c__setstate__", text("ascii")) + PRINT + b"sb" + text("x") + b"b"), "sets an attribute of an object by builtins.str()"),
    _hidden("method-among-items", p(2, named("scipy.optimize._optimize", "OptimizeResult") + b")\x81" + text("__setstate__") + PRINT + b"s" + text("x") + b"b"), "sets '__setstate__' on an object"),
    _hidden("method-among-keywords-of-a-partial", p(2, called(named("functools", "partial"), named("argparse", "Namespace")) + b"(" + named("argparse", "Namespace") + b")}" + text("__setstate__") + PRINT + b"sNtb)R" + text("x") + b"b"), "puts __setstate__ on an object"),
    *(_unknown(f"state-made-by-{one}", p(2, OBJECT + called(named(*one.rsplit(".", 1))) + b"b"), "argparse.Namespace.__setstate__") for one in ("collections.OrderedDict", "builtins.dict", "builtins.tuple")),
    _unknown("item-of-a-frame-that-is-called", p(2, called(named("pandas.core.frame", "DataFrame")) + PRINT + b"K\1s"), "pandas.core.frame.DataFrame.__setitem__"),
    _hidden("objects-at-addresses-of-the-file", p(2, OF_OBJECTS + DENIED), "takes bytes of the file for addresses"),
    _hidden("field-outside-of-its-item", p(2, called(named("numpy", "dtype"), text("V8")) + b"(K\3" + text("|") + b"N" + text("f") + b"\x85}" + text("f") + called(named("numpy", "dtype"), text("u8")) + b"J\0\0\0\x7f\x86sK\x08K\1K\0tb"), "stand outside of their item of 8 bytes"),
    _unknown("ten-terabytes", p(2, called(named("builtins", "bytes"), b"\x8a\6" + (10**13).to_bytes(6, "little"))), "builtins.bytes(10000000000000)"),
    _unknown("a-billion-digits", p(2, called(named("fractions", "Fraction"), text("1e999999999"))), "fractions.Fraction('1e999999999')"),
    _unknown("class-made-of-names", p(2, called(named("enum", "Enum"), text("X"), text("a b"))), "enum.Enum('X', 'a b')"),
)  # fmt: skip

ALL = (*SAMPLES, *CONFUSED, *ODD)
"""Every sample of a hostile pickle."""
