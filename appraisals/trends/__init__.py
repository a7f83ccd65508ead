"""Trends: a person's, a unit's, an indicator's months as small charts that open the list behind them."""
