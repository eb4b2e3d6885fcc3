"""Knowledge: what can be read from the world and worked out from facts. It never touches the store's files."""
