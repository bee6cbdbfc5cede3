"""What a technician writes into the gateway's configuration for a station of the bench."""

import json
from collections.abc import Mapping

Setting = str | Mapping[str, str]


def stanza(name: str, driver: str, **settings: Setting) -> str:
    """Return a ready `[[devices]]` stanza of TOML."""
    inner = ", ".join(f"{key} = {_toml(value)}" for key, value in settings.items())
    return (
        f"[[devices]]\nname = {_toml(name)}\ndriver = {_toml(driver)}\nsettings = {{ {inner} }}\n"
    )


def _toml(value: Setting) -> str:
    """Return `value` as TOML; a JSON string is one, as nothing unprintable is in it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
