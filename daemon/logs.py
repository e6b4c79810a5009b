"""Logging: one line an event, on standard error. What is logged holds no secrets and no buyer's data (invariant 7)."""

import logging
import sys

import structlog


def configure_logs(*, is_verbose: bool) -> None:
    """Send events to standard error: readable for people at a terminal, ``key=value`` for the journal.

    Without ``is_verbose`` only what is our own fault is logged: everything else is said in words.
    """
    if sys.stderr.isatty():
        # The plain formatter: the others show the variables of each frame, and with them the secrets.
        pretty = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        rendering: list[structlog.typing.Processor] = [structlog.processors.TimeStamper("%H:%M:%S", utc=False), pretty]
    else:  # the journal has the time itself
        flat = structlog.processors.LogfmtRenderer(key_order=["level", "event"], bool_as_flag=False)
        rendering = [structlog.processors.format_exc_info, flat]
    # At its end the watch of a folder always warns that an event came too late.
    logging.getLogger("watchdog").setLevel(logging.ERROR)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if is_verbose else logging.ERROR),
        # Asked for at every event: whoever catches the output of a command gives standard error back when it ends.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
