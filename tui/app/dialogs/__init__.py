"""Dialogs about changes: what would become of what, why, and what stands in the way. Loaded when one is opened."""
