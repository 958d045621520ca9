"""This service's tables, in lock order, and what is read beside the working set."""

from scheduling.adapters.postgres.gathers import gathers
from scheduling.adapters.postgres.reader import Reader
from scheduling.adapters.postgres.tables import INTERVIEW_REVISIONS, STORE

__all__ = ["INTERVIEW_REVISIONS", "STORE", "Reader", "gathers"]
