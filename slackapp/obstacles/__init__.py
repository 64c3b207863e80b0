"""What is in a team's way, sent to whoever leads the level above, and the answer that comes back."""
