"""The whole system on one machine, with people who do not exist."""
