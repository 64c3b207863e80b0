"""Checks that staff, or their union, can run on a copy: is what is stored as anonymous as was promised?"""
