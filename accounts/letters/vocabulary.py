WAITING_SHOWN = 200
PRINTED_SHOWN = 50
"""How many of the letters printed last can be printed again from the page."""
