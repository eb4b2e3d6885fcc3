"""Pickled data, interpreted without running any of it: what it would import and call, and the tensors it describes.

A pickle is a program for a small stack machine. ``machine`` steps through it on values that only stand for what would be
made; ``judge`` says of the names it meets whether loading would run something; ``search`` finds the pickles
in a file, however deep they lie; ``arrays`` finds the tensors in what a pickle would make.
"""
