"""The writing side of people's records: every act on a person goes through these."""

from deploy_admin.people.services.absences import end_unavailability, enter_unavailability, withdraw_unavailability
from deploy_admin.people.services.bulk import save_all
from deploy_admin.people.services.duplicates import Pair, possible_duplicates, take_back, tell_apart
from deploy_admin.people.services.employments import change_post, correct_employment, leave, transfer
from deploy_admin.people.services.facts import (
    KEEP,
    EmploymentFacts,
    Keep,
    LicenceFacts,
    Paper,
    PersonFacts,
    PostFacts,
    TitleFacts,
)
from deploy_admin.people.services.holdings import (
    add_document,
    add_licence,
    add_title,
    correct_licence,
    correct_title,
    end_licence,
    remove_document,
    revoke_title,
)
from deploy_admin.people.services.hooks import on_merge
from deploy_admin.people.services.merging import merge
from deploy_admin.people.services.persons import RevealedId, correct_worker, register_worker, reveal_id
from deploy_admin.people.services.recognitions import (
    claim_recognition,
    decide_recognition,
    record_event,
    withdraw_event,
)
from deploy_admin.people.services.successions import follow_successions
from deploy_admin.people.services.transfers import answer_transfer, request_transfer, withdraw_transfer

__all__ = [
    "KEEP",
    "EmploymentFacts",
    "Keep",
    "LicenceFacts",
    "Pair",
    "Paper",
    "PersonFacts",
    "PostFacts",
    "RevealedId",
    "TitleFacts",
    "add_document",
    "add_licence",
    "add_title",
    "answer_transfer",
    "change_post",
    "claim_recognition",
    "correct_employment",
    "correct_licence",
    "correct_title",
    "correct_worker",
    "decide_recognition",
    "end_licence",
    "end_unavailability",
    "enter_unavailability",
    "follow_successions",
    "leave",
    "merge",
    "on_merge",
    "possible_duplicates",
    "record_event",
    "register_worker",
    "remove_document",
    "request_transfer",
    "reveal_id",
    "revoke_title",
    "save_all",
    "take_back",
    "tell_apart",
    "transfer",
    "withdraw_event",
    "withdraw_transfer",
    "withdraw_unavailability",
]
