"""Models that a provider hosts: reading what was asked for (``asked``), and what is known of them (``known``)."""
