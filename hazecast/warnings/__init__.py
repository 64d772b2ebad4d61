"""The rules of haze warnings as data, their use on a forecast, and the life of a warning."""
