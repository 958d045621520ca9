"""Parley's event contracts: models, topic table, CloudEvents codec, link claims."""
