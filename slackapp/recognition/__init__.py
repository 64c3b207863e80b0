"""Recognition: parse what was typed, give thanks, share them, edit and undo them."""
