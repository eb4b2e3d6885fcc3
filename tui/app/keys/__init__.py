"""What keys can do: the table of actions, which key means which of them, and why one can't act."""
