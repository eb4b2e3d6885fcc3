"""The terminal: its first sign of life, what is sent to it, and how it is left."""
