"""Alerts and dashboards over what the services tell of themselves."""
