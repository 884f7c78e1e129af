"""What a supervisor is advised to do, and what would be if: asked of the forecasting process."""
