"""Countries and unions by the names that licences write in English, with the codes that the organisation's profile uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from hilt.core.territories import NAMES

_ALSO = """
CN Mainland China;CN People's Republic of China;CN PRC;KR Republic of Korea;KR Korea;US United States of America;US USA;
GB UK;GB Great Britain;GB England;GB Scotland;GB Wales;RU Russian Federation;EU EU;EEA EEA;CZ Czech Republic;TR Turkey;
VN Vietnam;MO Macau;CI Ivory Coast;NL Holland
"""
_STATES_TOO = {"georgia", "jersey", "chad", "jordan"}
"""Names that states of America, courts and people have as well."""

TERRITORIES: Mapping[str, str] = MappingProxyType(
    {
        " ".join(re.findall(r"[^\W_]+", name.lower())): code
        for code, name in (*NAMES.items(), *(one.strip().split(" ", 1) for one in _ALSO.split(";")))
        if name.lower() not in _STATES_TOO
    }
)
"""The words of each name in small letters, and its ISO 3166 code; EU and EEA for the two unions."""
