"""The numbers in tensors: read in pieces, measured, compared. NumPy does the counting, and is imported only to count."""
