"""The forecast, judged on simulated halls that its model was not written for."""
