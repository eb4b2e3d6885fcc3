"""The palette in every theme: ours, Textual's own, and the terminal's."""

import pytest
from mvtui.store import Store
from mvtui.tui.app import palette
from mvtui.tui.app.app import MvtuiApp
from textual.color import Color


def variables(theme: str) -> dict[str, str]:
    def unused() -> Store:
        raise AssertionError("no store is opened here")

    return MvtuiApp(unused, theme=theme).get_css_variables()


THEMES = ["dark", "light", "ansi", "nord", "textual-light", "dracula", "ansi-light", "gruvbox"]


@pytest.mark.parametrize("theme", THEMES)
def test_every_style_can_be_told_from_its_background(theme: str) -> None:
    there = variables(theme)
    for name in palette.STYLES - {"line"}:
        style = palette.style(name, there)
        assert style.color
        assert style.bgcolor
        if style.color.is_default or style.bgcolor.is_default:
            continue  # the terminal's own
        letters, behind = (Color.from_rich_color(c) for c in (style.color, style.bgcolor))
        assert abs(letters.brightness - behind.brightness) > 0.15, name


def test_the_cursor_differs_from_an_idle_one_and_from_other_rows() -> None:
    for theme in THEMES:
        there = variables(theme)
        looks = [palette.style(name, there) for name in ("cursor", "cursor-idle", "")]
        assert looks[0] != looks[1], theme
        assert looks[0] != looks[2], theme


def test_a_share_lets_the_background_through() -> None:
    there = {"foreground": "#ffffff", "background": "#000000", "muted": "#ffffff 50%"}
    muted = palette.style("muted", there)
    assert muted.color
    assert muted.color.triplet
    assert 120 < muted.color.triplet.red < 135


def test_a_theme_without_our_names_still_draws() -> None:
    there = {"foreground": "#ffffff", "background": "#000000"}
    assert palette.style("better", there) == palette.style("", there) == palette.style("no such name", there)
