"""Unpacks the blocks of ggml whose numbers are points of a lattice: eight or four of them at a time are looked up.

Source: ggml, ggml/src/ggml-common.h (iq2xxs_grid and its kin) and ggml/src/ggml-quants.c (dequantize_row_iq*). Which
points there are was found by search and follows no rule, so the format is these tables.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from hilt.formats.tensors.layouts.bit_fields import bits, fields, floats, half, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hilt.formats.tensors.layouts.blocks import Unpack

    Packed = NDArray[np.uint8]
    Numbers = NDArray[np.float32]

_DELTA = np.float32(0.125)
_QUARTER, _HALF = np.float32(0.25), np.float32(0.5)


def _iq2_xxs(blocks: Packed) -> Numbers:
    pairs = words(blocks[:, 2:], "<u4").reshape(len(blocks), 8, 2)
    scales = half(blocks, 0) * (_HALF + floats(pairs[..., 1] >> 28)) * _QUARTER
    chosen = np.ascontiguousarray(pairs[..., 0]).astype("<u4").view(np.uint8)
    return _signed(scales, _points("IQ2_XXS")[chosen], _paired_signs(pairs[..., 1]))


def _iq2_xs(blocks: Packed) -> Numbers:
    chosen = words(blocks[:, 2:66], "<u2")
    scales = half(blocks, 0) * (_HALF + floats(fields(blocks[:, 66:], 4, 1))) * _QUARTER
    return _signed(scales, _points("IQ2_XS")[chosen & 511], _SIGNS[chosen >> 9])


def _iq2_s(blocks: Packed) -> Numbers:
    chosen = blocks[:, 2:34] | fields(blocks[:, 66:74], 2, 1).astype(np.uint16) << 8
    scales = half(blocks, 0) * (_HALF + floats(fields(blocks[:, 74:], 4, 1))) * _QUARTER
    return _signed(scales, _points("IQ2_S")[chosen], blocks[:, 34:66])


def _iq3_xxs(blocks: Packed) -> Numbers:
    scales_and_signs = words(blocks[:, 66:], "<u4")
    scales = half(blocks, 0) * (_HALF + floats(scales_and_signs >> 28)) * _HALF
    return _signed(scales, _points("IQ3_XXS")[blocks[:, 2:66]], _paired_signs(scales_and_signs))


def _iq3_s(blocks: Packed) -> Numbers:
    chosen = blocks[:, 2:66] | bits(blocks[:, 66:74]).astype(np.uint16) << 8
    scales = half(blocks, 0) * (1 + 2 * floats(fields(blocks[:, 106:], 4, 1)))
    return _signed(scales, _points("IQ3_S")[chosen], blocks[:, 74:106])


def _iq1_s(blocks: Packed) -> Numbers:
    high = words(blocks[:, 34:], "<u2")
    scales = half(blocks, 0) * (2 * floats(high >> 12 & 7) + 1)
    shifts = np.array([0, 3, 6, 9], np.uint32)
    chosen = blocks[:, 2:34] | (high[..., None] >> shifts & 7).reshape(len(blocks), 32) << 8
    shifted = np.where(high & 0x8000, -_DELTA, _DELTA)
    points = _points("IQ1_S")[chosen].reshape(len(blocks), 8, 32) + shifted[..., None]
    numbers: Numbers = (scales[..., None] * points).reshape(len(blocks), 256)
    return numbers


def _iq1_m(blocks: Packed) -> Numbers:
    parts = words(blocks[:, 48:], "<u2")
    scale = np.zeros(len(blocks), np.uint32)
    for place in range(4):  # a sixteenth of the scale of all stands above each four scales
        scale |= (parts[:, place] >> 12) << (4 * place)
    shifts = np.array([0, 3, 6, 9], np.uint32)
    scales = floats(2 * (parts[..., None] >> shifts & 7).reshape(len(blocks), 16) + 1)
    scales = scale.astype("<u2").view("<f2").astype(np.float32)[:, None] * scales
    high = fields(blocks[:, 32:48], 4, 1)
    chosen = blocks[:, :32] | (high & 7).astype(np.uint16) << 8
    shifted = np.where(high & 8, -_DELTA, _DELTA)
    points = _points("IQ1_S")[chosen] + shifted[..., None]
    numbers: Numbers = (scales[..., None] * points.reshape(len(blocks), 16, 16)).reshape(len(blocks), 256)
    return numbers


def _signed(scales: Numbers, points: Numbers, signs: NDArray[np.integer]) -> Numbers:
    """Each scale times its points, those negated whose bit is set."""
    count = len(scales)
    negated = bits(signs.astype(np.uint8).reshape(count, -1))
    values = scales[..., None] * points.reshape(count, scales.shape[1], -1)
    return values.reshape(count, -1) * np.where(negated, np.float32(-1), np.float32(1))


def _paired_signs(packed: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Of each word the four lowest fields of seven bits, as the signs of eight numbers each."""
    shifts = np.array([0, 7, 14, 21], np.uint32)
    signs: NDArray[np.uint8] = _SIGNS[packed[..., None] >> shifts & 127].reshape(len(packed), -1)
    return signs


_SIGNS = np.array([code | (code.bit_count() & 1) << 7 for code in range(128)], np.uint8)
"""Seven signs are stored; the eighth makes the number of set bits even."""


@cache
def _points(name: str) -> Numbers:
    """The points of a type, one a row: their codes hold the place of each coordinate among its values, the first lowest."""
    values, packed = _TABLES[name]
    codes = np.flatnonzero(np.unpackbits(np.frombuffer(_unzipped(packed), np.uint8), bitorder="little"))
    width, count = (3, 4) if len(values) == 8 else (2, 8)
    places = codes[:, None] >> np.arange(count) * width & ((1 << width) - 1)
    points: Numbers = np.array(values, np.float32)[places]
    return points


def _unzipped(packed: str) -> bytes:
    return zlib.decompress(base64.b85decode(packed.replace("\n", "")))


_THREE = (8, 25, 43)
_TABLES: Mapping[str, tuple[tuple[int, ...], str]] = {
    "IQ2_XXS": (
        _THREE,
        """
c-
rk)U6O+!49=H<cZL(xhrNgQKh=VwA}bWdcD2nn?G)N3A^*W2ZAoh)OMoRJt%%%fhNW)!MA(~UIlz&w{vWSv;N;RE7b9c8H!=V4eeXBy*Su!HNYA&Te})
dDMt0DI673dV$k3}@(yj*^EQ;_p!QT^rNq4B69lQk|2jzSIUGQy&KT5HMF*2I;kA-
j=A5=KdIuLK^f2|fDa>(aR)iMd7Pl&&gA7j7NWg2z{U`lZ;pYL4-
1mB9O?*skZf75J=bFlkU8p5xResAin`^zkk_jFja>z}Rj34d^5zImK>qW1z|M&ggHx~8gYU27lIsrxIX9jm}@`r#T5cvS%YGfX`Hl!mYTgohSWbUWkWR
ee^GK=6H-=6}xQfytMKQ|f*Ed;x{x(&s7wQ<1(k@1NHjzP0~Nc;14nMtxPgJAD5SKDdgV`SV(QW&C5?k9_KF`@$0x<X$fj2m}IwKp^;d`~q5Z2cG""",
    ),
    "IQ2_XS": (
        _THREE,
        """
c-
rk)L9)Xj2n9y>PEU|5dJm7#>HQD$jn$|`P4#z?%<vXzH4z2mAwKn+o(Ql#9{}K<<eEENzYhI??uC0o4&M)3|LWVQU<hg6caYPPk3gGzHh$~3?pKGl8Ji
w9?beSRFB+K+aXoQfqH?_dzF3q!tntdo{O<Mc+5e;Os~n%%XGZT`zT0)C;a}*;#^`aH)Bh26PLyNW`?c_F4^;hob!__|nVqp_fA_Og?GK<>dt@Vc`PB1
oG^wgum&)nC@Dr1-;~dLAVUxmY%3;}~GzbLu<NuTgyZpbhc=!BCFrD+_c_Z<UIq(C^3q^RwTx}*-kn}RuxW_;@Ch!!8xw-%Ox$c;MKN(P;@N;1YHD-Ux
@(wYAM^3lc$-
Fq8e&c?lq&Xk1dirxLH}iiUcPi#iI{LQ<Q}}$W0Kn61jfZpCFJq3r*tb2O+H6${1cDp#e^&QtMs}&bBWguw&Jnu7(QW>DmU8Gkzby4nU?u>wx+d{Fj@1
%H{eu?nbODg~-
&VObukZT2Yo}`8b(h`QHHA!l{>eWxfgPG)8OoJcgVx78ySg4J{&V|ib^$PZ4}?EBK`k?GP(g>r8I$k%SJjATHxdGYKp+qZ1OmY|@CTCx68!""",
    ),
    "IQ2_S": (
        _THREE,
        """
c-
rk)NwS0>3=OHcr#OKuxQA!({)hR3C=lX+f74X)7FL58$V<r3Zd%bP0RLPOz$pWk;Dnzy;OAGg+d2adOnM#GEAs1X7+cbieg24ZUw@7;wyKan?fa&4Z2J
}8$9>~``Suw>FG}()Xvh`V^i`P2M<!owD`?t(MIdy9z<=Z+_yN@XJH~$wv+=+4W+Go7_`kJpInU*DyN4&W=x>94lYD-
@On$U%E?%GeF3=+m|M&M=dp)S~|Dd)5nSX!xz5gFPz?5Hwcl^J#?;?oK?EdNARenpr^yfRy<&e^Heds?h&`<oIR!I5R@c6Heye!9OpC5H`PaETpkY6t2
Kh^iq3Gsh!*x#^y^`rddD*kjE|L^j9Q~t$v9-ib&_T~I9|KLB9PjH`KMDV;bcjgRhw77lk|E0cC{nL_&?F;)Jb%s>j)l};y{d0et1(9#-$$SaIz(6nY
--HhO>~q0f=0{+C(BAKV>-
+Nfk1g?^g!_x%L$1`fQXwB6>k3Mp4{slS9^StCF25&!=q`TdUoCC^*IHjG6ypEV9QkkR2Nd!PzO`y!m0<Y4j@8vfvR0D+Q|$lGaby2q*%wPYzVGWlW?i
b!D_dI2zP;%?DMl2*z`(%3z`(%3z`#%9541rmBL""",
    ),
    "IQ1_S": (
        (-1, 0, 1),
        """
c-
rk)O>f&s4CQb>bQQe$0V7q)UL7O3%PMxys&d$?<8`{%LPqVsUy>umBRfH(_Ruvd0*O76ha!jM<D*KOgS7x2TKWU}?qxm55?aUCYb;EwPQM#u_`L_j6nU
Lvy#M<W^dWk)lr?>e?sniUklxJfu_V0+x$Q9CpUP?hrTU0$#{#E3{bYars{gEy?Lzp_Yi{u^|8rWGXZ!#E@`w1hfK07|e~`z~!BVl`-
W)OG(}se6dl|nq7Pf)Q{P>>KxYRX$ZYipT;%MF_t0;nn=_KwQ9302}!R}o-%8!lZ{SS7lR|!C6iasOWZGqU^VrCyh{+!ug8a|JE)w#@YBHXGv){hmi-w
mBpE&FS8P0{E4Eu;J$)^YyxdEB74ovhcR{KpsksO9>wey?~sIo|h$@~7&b7v~=!TLzMyoF9O9w#9hA#U4LE)Aa_F`LX(6^z{#8`!V=mVF4`$|CgivF!J
ACUH#AUJIm1bfa<U9`)M8Bf5e>?T(g~{PE6=tLNeOl_isXK!Cg!z;Xi^$2>RjHaz7}gjt99V{Ab+laIYEv8HasTUpX!<_oq_*C-
{&Pi)bhLpBuK<V5UNSkNf-
9+$q+VnFBr>#(|w`NByOe|Ab;T^qpz`|7xMGYZij99eTz7dErqn=aY2$iTf`e6F&a}LOf30llJ$0x{&iMT{_|UOXzgY`rSS`kbXrxU=`^<;8FViQ6G~%
CEm(~JQ(C3z0yZbaY~ND8+J)<cKZF#|3Yy`Bl)KvBo9i3XZh#h<bRHxj^mpuZ=N`B^i~(lPtDHaRn>p!zbQOPUq#AiKjMD{{LTL17B_TGDe<cj|LIpBV
WU)xC-0WehBcIgFU;$f_|?V?-rFsPIPH<ozj9l*Q>XietY1^SGuzorF<Wc&r%4Q;!U4Zf>K|1V-6dWueg9t-
^8SX<Vm0<(tXU9$T(W(T+G=hqvs?}TANcDdzCQnkez?GA-
3Sgeug<^F&k57{?=ZjTCe;0SdPC|@6<zs2eSc%aJX)PikYb<998X?Uzb2jJf3P=a`|;BLP0w%Wxzgu+j~AEoLwj}}SHu5wc)vre%3bmwo{Jg(GT2LhZ=
g`)`76Yo=if^3vtclu@b)K@cq-HBKSlrjsQ+emkGYHbuR6GRJ|%p{we;W5!e4IOJv2DQ{}9g_p5^`1Fvkr-
e%VKPuhZeq$a^MJkM?^A{u7Uob$4a;|B}D>TK;-
$UFedz4f+4q=yZ)G`t)=2Z>V3mvs(=p+@b38ig~A(IiOHy`77^d8naVY*!UB+KY)Mmmj8rDx$uL`1g5ioYyVZ&|17i2GRrKp%reU?zn6Ri;@yKI""",
    ),
    "IQ3_XXS": (
        (4, 12, 20, 28, 36, 44, 52, 62),
        """
c-l=-F%H5o3_M%0RAmZ7_lgPeigaLyA4Q!IuVCbv_?)J2Rn;aw-<^~BWtxCXwzFx0%xW)eST<YW5KL&L;j#hAAHoX-
c)&}FY<X@1m|7IGsjrX>q7@bAuHrcP3L2_`6x)_>^v5;&o?@Fdagv_Uo9H*utGOGEJ93R6P|L2rgx{U}Y-
UnrS3sKYtPIbF!WdDS7|dsT<9UQCqzhJe8+4kK5km%XvHjm=J(sMgqk-e3v^zjTJayVggoDWMJzTWE4a0T)3l-
9P!ydlNePrBA?Xny*@kmBo4W|8$?wEo20v5Uy_5""",
    ),
    "IQ3_S": (
        (1, 3, 5, 7, 9, 11, 13, 15),
        """
c-k#d!AiqG5PdVu!e&pqA>uXNMyUCUt<-~hDT4SrX{pfmmf{D9Rs{Q#&TgE;z`Qr}-
rMBob#A|%IbF{W(Id*&Lkwq!%0~0(%@Ao{OU0lD_x2OXCI^OquXIKLt}o^pYnG?L6&oz+9HeSVPSrN(A}t!YmF^Xmp*3Qy-5G8(e|b5Y-
VC?q(AA>+32wuC)HmEXp@c1}PT|h83}iuXSwt^ePGkv?U+Lf3a_=1ov?9@{igP&9v4ypFswx3&TJZ@M2_=SuX>*z&qp%+CoXl)ge8!drA@5Agyn!FG+(
)?*sDei}n1QT95(J|p-
wR7#Aht{0!Hx!aZfy;cl!bD4D3uqR(zW`GY5;6>@R{_|3X$jRqNR^eu)^e<Ll^vCYlKPU1;QQ+o$IB(hKom+bHx0SXmXXwyZnVo8~6jd#wQ>""",
    ),
}
"""By the type: the values of a coordinate, and the points that there are: the set of their codes as bits, compressed."""

UNPACK: Mapping[str, Unpack] = {
    "IQ2_XXS": _iq2_xxs, "IQ2_XS": _iq2_xs, "IQ2_S": _iq2_s, "IQ3_XXS": _iq3_xxs, "IQ3_S": _iq3_s, "IQ1_S": _iq1_s,
    "IQ1_M": _iq1_m,
}  # fmt: skip
"""By the name of the type."""
