"""What the screen says about versions, as lines of styled pieces; no widget, no Textual."""

from .lines import Line, Lines, Piece
from .overview import overview
from .summary import SUMMARY_LINES, banner, summary
from .views import of_view

__all__ = ["SUMMARY_LINES", "Line", "Lines", "Piece", "banner", "of_view", "overview", "summary"]
