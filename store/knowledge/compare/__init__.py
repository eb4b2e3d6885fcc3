"""Compare versions: what differs, of what sort the change is, and what git says about the way between."""
