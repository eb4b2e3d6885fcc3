"""The terminal faces: the command line and the full screen. Neither decides anything: the store does."""
