"""The checks of what this app holds, registered as it loads."""

from deployments.start_checks.authority import authority_check, window_check
from deployments.start_checks.notice import notice_check
from deployments.start_checks.registry import AT_THE_START, Subject, register
from deployments.start_checks.retention import retention_check
from deployments.start_checks.signs import signs_check
from deployments.start_checks.watchlist import watchlist_check
from deployments.start_checks.watchlist_people import review_check, sought_check


def register_all() -> None:
    register(authority_check, subject=Subject.AUTHORITY)
    register(window_check, subject=Subject.WINDOW, stages=AT_THE_START)
    register(notice_check, subject=Subject.NOTICE)
    register(signs_check, subject=Subject.SIGNS, stages=AT_THE_START)
    register(retention_check, subject=Subject.RETENTION)
    register(watchlist_check, subject=Subject.WATCHLIST)
    register(review_check, subject=Subject.WATCHLIST_REVIEW)
    register(sought_check, subject=Subject.STILL_SOUGHT)
