"""The verbs: one place where an event is decided, checked and written."""
