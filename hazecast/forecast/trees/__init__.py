"""Boosted trees: how they are to grow, and fitted ones as plain arrays, which predict through a compiled loop."""

from hazecast.forecast.trees.flat_trees import FlatTrees as FlatTrees
from hazecast.forecast.trees.flattening import flattened as flattened
from hazecast.forecast.trees.growing import Growth as Growth
