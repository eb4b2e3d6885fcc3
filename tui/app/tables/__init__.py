"""Tables: their columns, and the order of their rows."""
