"""Thanks: reading what was typed, giving it, sharing it, taking it back."""
