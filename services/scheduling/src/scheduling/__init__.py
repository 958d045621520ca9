"""When the two sides meet: availability, slots, bookings."""
