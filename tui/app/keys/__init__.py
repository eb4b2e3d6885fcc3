"""What keys do: the table of actions, which key means which of them, and what each does."""
