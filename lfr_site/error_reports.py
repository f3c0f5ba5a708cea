"""Django's own reports of errors, by mail or on a page, in the same form as the logs."""

from collections.abc import ItemsView, Iterator
from types import FrameType, TracebackType
from typing import Any

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

HIDDEN = SafeExceptionReporterFilter.cleansed_substitute
_SENT = ("request_GET_items", "request_FILES_items", "request_COOKIES_items")
_WORDS = ("exception_value", "exception_notes", "unicode_hint", "user_str")


class NothingShown(SafeExceptionReporterFilter):
    """No local variable and nothing that was sent, whatever a view is marked with."""

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return dict.fromkeys(request.POST, HIDDEN) if request is not None else {}

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        meta = super().get_safe_request_meta(request)
        return meta | {
            name: HIDDEN for name in ("QUERY_STRING", "HTTP_REFERER", "HTTP_COOKIE") if name in meta
        }

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        return dict.fromkeys(tb_frame.f_locals, HIDDEN).items()


class WithoutValues(ExceptionReporter):
    """Nor the words of the error, nor what arrived with the request."""

    def get_traceback_data(self) -> dict[str, Any]:
        shown = super().get_traceback_data()
        shown |= {name: HIDDEN for name in _WORDS if shown.get(name)}
        shown |= {
            name: [(key, HIDDEN) for key, _ in shown[name]] for name in _SENT if name in shown
        }
        shown["template_info"] = None
        if self.request is not None:
            shown["request_insecure_uri"] = self.request.path
        return shown

    def get_exception_traceback_frames(
        self, exc_value: BaseException | None, tb: TracebackType | None
    ) -> Iterator[dict[str, Any]]:
        for frame in super().get_exception_traceback_frames(exc_value, tb):
            cause = frame["exc_cause"]
            yield frame | {"exc_cause": None if cause is None else type(cause).__name__}
