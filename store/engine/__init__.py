"""The engine room: bytes, the journal and the index. Nothing above it opens its files."""
