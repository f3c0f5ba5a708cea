"""How quickly an alert is on the screen of every console, and whether each shows all of them."""
