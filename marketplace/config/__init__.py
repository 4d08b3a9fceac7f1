"""Wiring: environment, settings, URLs, Celery. Imported by nobody; code reads ``django.conf.settings``."""
