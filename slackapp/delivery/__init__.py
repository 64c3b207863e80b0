"""What is owed goes out here, and nowhere else: claim, render, send, settle."""

from slackapp.delivery.worker import Deliveries, tidy

__all__ = ["Deliveries", "tidy"]
