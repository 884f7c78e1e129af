"""Supervisors watching wait times."""
