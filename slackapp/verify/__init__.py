"""Checks of a copy, for staff or their union: is the stored data as anonymous as promised?"""
