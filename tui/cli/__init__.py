"""The command line. Every command is one file in ``commands``; the table in ``group`` names them."""
