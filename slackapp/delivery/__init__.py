"""What is owed goes out here, and nowhere else: claim, render, send, settle."""

from slackapp.delivery.worker import DeliveryWorker, delete_idle_limits

__all__ = ["DeliveryWorker", "delete_idle_limits"]
