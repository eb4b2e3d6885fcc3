"""What the screen says about versions, as lines of styled pieces; no widget, no Textual."""

from .lines import Line, Lines, Piece
from .overview import overview
from .summary import banner, summary
from .tabs import of_tab

__all__ = ["Line", "Lines", "Piece", "banner", "of_tab", "overview", "summary"]
