"""What a supervisor is advised to do, and what would be if tomorrow were otherwise: asked of the forecasting process."""
