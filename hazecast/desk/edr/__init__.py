"""Stored forecasts by OGC API – Environmental Data Retrieval 1.1 (OGC 19-086r6), told as CoverageJSON (OGC 21-069r2)."""
