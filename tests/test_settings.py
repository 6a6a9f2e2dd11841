"""Settings: one dataclass is read from TOML and from words, refuses in one form, and explains itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

import pytest

from tessera.errors import BadValue
from tessera.settings import NoSettings, Was, check, from_table, from_words, settings_of, to_table
from tessera.values import Range, Unit, as_toml


@dataclass(frozen=True)
class Part:
    """A part, whose names stand among those of the whole."""

    share: Annotated[float, Range(0, 1)] = 0.5
    """A share
    of something."""
    sizes: Annotated[dict[Annotated[int, Range(2, 19)], Annotated[int, Range(1)]], Unit("side:games")] = field(
        default_factory=lambda: {9: 96, 7: 24}
    )
    """Board sides."""

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Whole:
    """The whole."""

    blocks: Annotated[int, Range(1, 200), Unit("blocks"), Was("layers")] = 6
    """How many."""
    part: Part = Part(share=0.25)
    scan: Literal["axial", "none"] = "axial"
    """What is scanned."""
    rate: Annotated[float, Range(above=0, high=1)] = 1e-3
    """How fast."""
    name: str = ""
    """What it is called."""
    exact: bool = False
    """Whether it is exact."""
    minutes: Annotated[float | None, Range(0)] = None
    """For how long, or without end."""

    def __post_init__(self) -> None:
        check(self)
        if self.exact and self.blocks > 100:
            raise BadValue("blocks", self.blocks, "up to 100 where exact is true")


def read(**given: Any) -> Whole:
    return from_table(Whole, given, owner="network toy", tell=pytest.fail)


def words(*given: str) -> Whole:
    return from_words(Whole, given, owner="network toy", tell=pytest.fail)


def test_a_table_is_read_over_the_defaults() -> None:
    assert read() == Whole()
    assert read(blocks=2, share=1) == Whole(blocks=2, part=Part(share=1.0))
    assert type(read(rate=1).rate) is float and type(read(minutes=3).minutes) is float
    assert read(sizes={"9": 4, 13: 2}).part.sizes == {9: 4, 13: 2}
    assert list(read(sizes={"13": 2, "9": 4}).part.sizes) == [13, 9], "the order is the user's"


def test_a_table_is_laid_over_what_is_there() -> None:
    base = Whole(blocks=3, part=Part(share=0.75))
    found = from_table(Whole, {"rate": 0.5, "sizes": {"5": 1}}, owner="x", base=base)
    assert found == replace(base, rate=0.5, part=Part(0.75, {5: 1}))


def test_words_are_read_like_a_table() -> None:
    found = words("blocks=12", "rate=1e-1", "name=a=b", "exact=Yes", "scan=none", "sizes=9:96,13:32", "minutes=2")
    assert found == read(blocks=12, rate=0.1, name="a=b", exact=True, scan="none", sizes={9: 96, 13: 32}, minutes=2.0)
    assert words("blocks=1", "blocks=2").blocks == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"depth": 2}, "setting: got 'depth', allowed: blocks, share, sizes, scan, rate, name, exact, minutes"),
        ({"part": 2}, "setting: got 'part', allowed: blocks, share"),
        ({"blocks": 2.0}, "blocks: got 2.0, allowed: a whole number, 1 to 200"),
        ({"blocks": 201}, "blocks: got 201, allowed: a whole number, 1 to 200"),
        ({"blocks": True}, "blocks: got True, allowed: a whole number, 1 to 200"),
        ({"exact": 1}, "exact: got 1, allowed: true or false"),
        ({"name": None}, "name: got None, allowed: text"),
        ({"scan": "raster"}, "scan: got 'raster', allowed: axial, none"),
        ({"scan": ["axial"]}, "scan: got ['axial'], allowed: axial, none"),
        ({"rate": float("inf")}, "rate: got inf, allowed: a number, more than 0, up to 1"),
        ({"rate": float("nan")}, "rate: got nan, allowed: a number, more than 0, up to 1"),
        ({"rate": 0}, "rate: got 0, allowed: a number, more than 0, up to 1"),
        ({"rate": 10**400}, "rate: got 1000"),
        ({"rate": "0.1"}, "rate: got '0.1', allowed: a number, more than 0, up to 1"),
        ({"minutes": -1}, "minutes: got -1, allowed: a number, 0 or more"),
        ({"minutes": "long"}, "minutes: got 'long', allowed: a number, 0 or more"),
        ({"share": 1.5}, "share: got 1.5, allowed: a number, 0 to 1"),
        ({"sizes": [9]}, "sizes: got [9], allowed: pairs side:games such as 9:96,7:24"),
        ({"sizes": {"x": 1}}, "sizes: got 'x', allowed: a whole number, 2 to 19"),
        ({"sizes": {25: 1}}, "sizes: got 25, allowed: a whole number, 2 to 19"),
        ({"sizes": {"9": 0}}, "sizes 9: got 0, allowed: a whole number, 1 or more"),
        ({"sizes": {"9": "4"}}, "sizes 9: got '4', allowed: a whole number, 1 or more"),
        ({"exact": True, "blocks": 101}, "blocks: got 101, allowed: up to 100 where exact is true"),
    ],
)
def test_what_is_refused_in_a_table(given: dict[str, Any], message: str) -> None:
    with pytest.raises(BadValue) as caught:
        read(**given)
    assert str(caught.value).startswith(f"network toy: {message}")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("blocks", "setting: got 'blocks', allowed: name=value"),
        ("depth=2", "setting: got 'depth', allowed: blocks, share"),
        ("blocks=two", "blocks: got 'two', allowed: a whole number, 1 to 200"),
        ("blocks=1.5", "blocks: got '1.5', allowed: a whole number"),
        ("blocks=" + "9" * 5000, "blocks: got '999"),
        ("rate=fast", "rate: got 'fast', allowed: a number"),
        ("rate=nan", "rate: got nan, allowed: a number"),
        ("exact=perhaps", "exact: got 'perhaps', allowed: true or false"),
        ("sizes=", "sizes: got '', allowed: pairs side:games"),
        ("sizes=9", "sizes: got '9', allowed: pairs side:games such as 9:96,7:24"),
        ("sizes=9:4,9:5", "sizes: got '9:4,9:5', allowed: pairs side:games"),
        ("sizes=9:x", "sizes 9: got 'x', allowed: a whole number, 1 or more"),
    ],
)
def test_what_is_refused_among_words(word: str, message: str) -> None:
    with pytest.raises(BadValue) as caught:
        words(word)
    assert str(caught.value).startswith(f"network toy: {message}")


def test_python_is_checked_as_well() -> None:
    with pytest.raises(BadValue, match=r"share: got 2\.0, allowed: a number, 0 to 1"):
        Whole(part=Part(share=2.0))
    with pytest.raises(BadValue, match="blocks: got 0"):
        replace(Whole(), blocks=0)


def test_forms_and_names_of_before_are_read_and_the_new_ones_told() -> None:
    told: list[str] = []
    expected = Whole(blocks=9, part=Part(0.25, {9: 96, 13: 32}))
    assert from_table(Whole, {"layers": 9, "sizes": "9:96 13:32"}, owner="toy", tell=told.append) == expected
    assert told == [
        "toy: layers is now called blocks",
        'toy: sizes = "9:96 13:32" is now written sizes = { 9 = 96, 13 = 32 }',
    ]
    told.clear()
    assert from_words(Whole, ["layers=9", "sizes=9:96 13:32"], owner="toy", tell=told.append) == expected
    assert told == ["toy: layers is now called blocks", "toy: 'sizes=9:96 13:32' is now written sizes=9:96,13:32"]
    with pytest.raises(BadValue, match="setting: got 'layers', allowed: blocks once"):
        from_table(Whole, {"blocks": 1, "layers": 2}, owner="toy", tell=told.append)


def test_settings_go_through_toml_and_back() -> None:
    import tomllib

    whole = Whole(blocks=7, part=Part(0.1, {19: 3, 5: 1}), name='a "b"', rate=1e-5)
    table = {name: value for name, value in to_table(whole).items() if value is not None}
    text = "\n".join(f"{name} = {as_toml(value)}" for name, value in table.items())
    assert tomllib.loads(text) == table and read(**tomllib.loads(text)) == whole


def test_settings_explain_themselves() -> None:
    found = settings_of(Whole)
    assert list(found) == ["blocks", "share", "sizes", "scan", "rate", "name", "exact", "minutes"]
    blocks, share, sizes = found["blocks"], found["share"], found["sizes"]
    assert (blocks.value, blocks.allowed, blocks.unit, blocks.meaning) == (
        6, "a whole number, 1 to 200", "blocks", "How many."
    )  # fmt: skip
    assert (share.value, share.meaning) == (0.25, "A share of something."), "the whole's default, the part's words"
    assert sizes.allowed == "pairs side:games such as 9:96,7:24"


def test_two_settings_of_one_name_are_a_mistake() -> None:
    @dataclass(frozen=True)
    class Twice:
        share: float = 0.0
        part: Part = Part()

    globals()["Twice"] = Twice
    with pytest.raises(TypeError, match="Twice"):
        settings_of(Twice)


def test_nothing_can_be_set_where_there_are_no_settings() -> None:
    assert from_table(NoSettings, {}, owner="network uniform") == NoSettings()
    with pytest.raises(BadValue, match="network uniform: setting: got 'x', allowed: none at all"):
        from_table(NoSettings, {"x": 1}, owner="network uniform")


@pytest.mark.parametrize(
    ("bounds", "inside", "outside", "text"),
    [
        (Range(0, 1), [0, 1, 0.5], [-1, 1.1], "0 to 1"),
        (Range(1), [1, 10**9], [0], "1 or more"),
        (Range(high=5), [-7, 5], [6], "up to 5"),
        (Range(above=0), [1e-9], [0], "more than 0"),
        (Range(above=0, high=1), [1], [0, 1.5], "more than 0, up to 1"),
        (Range(0, below=1), [0], [1], "0 or more, less than 1"),
    ],
)
def test_ranges(bounds: Range, inside: list[float], outside: list[float], text: str) -> None:
    assert all(value in bounds for value in inside) and not any(value in bounds for value in outside)
    assert str(bounds) == text
