"""Weather with errors that grow with lead time as those of numerical forecasts do: a trial of forecasts made with analyses."""
