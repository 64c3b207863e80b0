"""What is owed goes out here, and nowhere else: claim, render, send, settle."""

from slackapp.delivery.recording import Harmless
from slackapp.delivery.worker import DeliveryWorker, delete_idle_limits

__all__ = ["DeliveryWorker", "Harmless", "delete_idle_limits"]
