"""What comes due: which kind of timer leads to which use case."""

from collections.abc import Mapping

from scheduling.domain import kinds
from scheduling.ports import Work
from scheduling.use_cases import (
    end_session,
    erase_person,
    expire_offer,
    find_slots,
    mark_overdue,
    recheck_interviewer,
    recheck_offers,
    wait_for_interviewer,
)
from scheduling.working_set import Fired, UseCase

USE_CASES: Mapping[str, UseCase[Fired, Work]] = {
    kinds.FIND_SLOTS: UseCase(find_slots.needs, find_slots.find_slots),
    kinds.WAIT_FOR_INTERVIEWER: UseCase(
        wait_for_interviewer.needs, wait_for_interviewer.wait_for_interviewer
    ),
    kinds.EXPIRE_OFFER: UseCase(expire_offer.needs, expire_offer.expire_offer),
    kinds.BOOKING_OVERDUE: UseCase(mark_overdue.needs, mark_overdue.mark_overdue),
    kinds.END_SESSION: UseCase(end_session.needs, end_session.end_session),
    kinds.RECHECK_INTERVIEWER: UseCase(
        recheck_interviewer.needs, recheck_interviewer.recheck_interviewer
    ),
    kinds.RECHECK_OFFERS: UseCase(recheck_offers.needs, recheck_offers.recheck_offers),
    kinds.FORGET_RECORDS: UseCase(erase_person.needs_to_forget, erase_person.forget_records),
}
