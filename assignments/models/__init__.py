"""Who may go as last judged, which state of whose record that rests on, and what people say is wrong in theirs."""

from assignments.models.corrections import CorrectionRequest
from assignments.models.eligibility import Eligibility, Judged

__all__ = ["CorrectionRequest", "Eligibility", "Judged"]
