"""The root of everything that Zerotape raises on purpose."""


class ZerotapeError(Exception):
    """Something went wrong that a person can be told about in one sentence.

    The text says what happened and what the operator does next. Whether trying again may help
    is the class, never the text: see `Transient`.
    """


class Transient(ZerotapeError):
    """Will likely succeed soon without a person: whoever supervises tries again."""


class DefinitionError(ZerotapeError):
    """An election definition that cannot be used; `problems` lists every one that was found."""

    def __init__(self, source: str, problems: list[str]) -> None:
        listed = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(f"{source} is no usable election definition. Correct the file:{listed}")
        self.source = source
        self.problems = problems


class SignatureError(ZerotapeError):
    """A key or signature that does not do what is asked of it; `reason` is a stable code."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
