"""What the stations around it have observed, up to the last hour that is known."""

from hazecast.forecast.features.kinds import Feature, Source
from hazecast.forecast.features.observed import observed_change, observed_mean, observed_now, observed_same_hour

NEIGHBOURING = (
    Feature("neighbours now", Source.NEIGHBOURS, observed_now("neighbours")),
    Feature("neighbours 24 h", Source.NEIGHBOURS, observed_mean("neighbours", 24)),
    Feature("neighbours change 6 h", Source.NEIGHBOURS, observed_change("neighbours", 6)),
    Feature("neighbours same hour", Source.NEIGHBOURS, observed_same_hour("neighbours")),
)
