"""Widgets on the line API: they draw lines of safe, styled text, and know nothing of the store."""
