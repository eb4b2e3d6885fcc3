"""What can go wrong under a store: killed processes, power cuts, full disks, races."""
