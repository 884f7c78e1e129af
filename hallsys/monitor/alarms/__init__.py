"""Alarms: watched, told to the pages and to webhooks, acknowledged."""
