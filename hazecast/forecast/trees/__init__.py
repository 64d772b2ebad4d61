"""Fitted boosted trees as plain arrays, which predict through a compiled loop."""

from hazecast.forecast.trees.flat_trees import FlatTrees as FlatTrees
from hazecast.forecast.trees.flattening import flattened as flattened
