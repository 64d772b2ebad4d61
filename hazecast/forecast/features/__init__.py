"""What a correction knows of a row: one small function a feature, in one table.

A feature that is lacking is NaN, never a guess. No feature reads an observation after `rows.known`.
"""

from hazecast.forecast.features.kinds import Feature, Source
from hazecast.forecast.features.table import FEATURES, columns_of, feature_table

__all__ = ["FEATURES", "Feature", "Source", "columns_of", "feature_table"]
