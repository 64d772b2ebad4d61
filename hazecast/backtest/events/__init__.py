"""Warnings as events: when an episode began and ended, and when the forecast said so."""
