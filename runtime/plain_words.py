"""Reads plain command lines without typer's adapters.

These take longer to import than a listing of a megabyte to read, and typer 0.29 builds them for
every command that it calls. Whatever is not plain, above all every mistake, stays typer's matter.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

import typer
from typer.models import ArgumentInfo, OptionInfo, ParameterInfo
from typer.utils import get_params_from_function

_SAID_ONLY = {"default", "param_decls", "help", "metavar", "show_default"}
"""What a parameter may have beyond the usual: it changes nothing but the help."""


class _NotPlain(Exception):
    """Typer is to be asked."""


def plain_values(command: Callable[..., object], words: Sequence[str]) -> dict[str, object] | None:
    """Return what typer would call `command` with for `words`, or None: typer is to be asked.

    Plain are whole names of options, values of text, paths and choices that are written exactly,
    and as many arguments as there should be.
    """
    try:
        return _values(command, words)
    except _NotPlain:
        return None


def _values(command: Callable[..., object], words: Sequence[str]) -> dict[str, object]:
    types, infos = _parameters(command)
    options = {name: key for key, info in infos.items() for name in _names(key, info)}
    values: dict[str, object] = {}
    arguments: list[str] = []
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            arguments.append(_word(word))
            continue
        name, equals, value = word.partition("=")
        key = options.get(name)
        if key is None:
            raise _NotPlain
        if types[key] is not bool:
            values[key] = _converted(types[key], value if equals else next(rest, ""))
        elif equals:
            raise _NotPlain
        else:
            values[key] = True
    places = [key for key, info in infos.items() if isinstance(info, ArgumentInfo)]
    values |= _placed(places, types, arguments)
    for key, info in infos.items():
        if values.setdefault(key, info.default) is ...:
            raise _NotPlain
    return values


def _parameters(command: Callable[..., object]) -> tuple[dict[str, Any], dict[str, ParameterInfo]]:
    types: dict[str, Any] = {}
    infos: dict[str, ParameterInfo] = {}
    for key, declared in get_params_from_function(command).items():
        info = declared.default
        if not isinstance(info, ParameterInfo):
            raise _NotPlain
        usual = typer.Option() if isinstance(info, OptionInfo) else typer.Argument()
        asked = {name for name, value in vars(info).items() if value != vars(usual)[name]}
        if not asked <= _SAID_ONLY:
            raise _NotPlain
        types[key], infos[key] = declared.annotation, info
    return types, infos


def _names(key: str, info: ParameterInfo) -> tuple[str, ...]:
    if not isinstance(info, OptionInfo):
        return ()
    return tuple(info.param_decls or ("--" + key.replace("_", "-"),))


def _placed(places: list[str], types: dict[str, Any], words: list[str]) -> dict[str, object]:
    """Return the values of the arguments; a list of them takes all words."""
    if len(places) == 1 and get_origin(types[places[0]]) is list and words:
        (of,) = get_args(types[places[0]])
        return {places[0]: [_converted(of, word) for word in words]}
    if len(places) != len(words):
        raise _NotPlain
    return {key: _converted(types[key], word) for key, word in zip(places, words, strict=True)}


def _word(word: str) -> str:
    """Return a word that can only be a value."""
    if not word or word.startswith("-"):
        raise _NotPlain
    return word


def _converted(to: object, word: str) -> object:
    if get_origin(to) is not None:
        to, *others = get_args(to)
        if others != [NoneType]:
            raise _NotPlain
    if to is str:
        return _word(word)
    if to is Path:
        return Path(_word(word))
    if isinstance(to, type) and issubclass(to, StrEnum) and word in set(to):
        return to(word)
    raise _NotPlain
