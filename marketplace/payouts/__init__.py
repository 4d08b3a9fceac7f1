"""Collecting from buyers and paying creators."""

from __future__ import annotations
