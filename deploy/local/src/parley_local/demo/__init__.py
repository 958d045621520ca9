"""A hiring day, played: the whole system with simulated people, in accelerated time."""
