"""The kinds of timers, one per interview, interviewer or person."""

FIND_SLOTS = "find_slots"
WAIT_FOR_INTERVIEWER = "wait_for_interviewer"
EXPIRE_OFFER = "expire_offer"
BOOKING_OVERDUE = "booking_overdue"
END_SESSION = "end_session"

RECHECK_INTERVIEWER = "recheck_interviewer"
RECHECK_OFFERS = "recheck_offers"

FORGET_RECORDS = "forget_records"
