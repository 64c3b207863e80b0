"""People's rights over what is kept of them, and how long anything is kept at all."""
