"""Measurements. Each stands beside something else measured in the same run; none is asserted as time."""
