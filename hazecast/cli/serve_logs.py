"""Logs as JSON, one object a line, each with the cycle or the job that it is of."""

import json
import logging
from datetime import UTC, datetime

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "cycle"}


class JsonLines(logging.Formatter):
    """One JSON object a record; `cycle` is what the record says that it is of, or else what this process is at."""

    def __init__(self, cycle: str | None = None) -> None:
        super().__init__()
        self._cycle = cycle

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        facts = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "cycle": getattr(record, "cycle", None) or self._cycle,
            "message": record.getMessage(),
            "logger": record.name,
            "process": record.process,
        }
        more = {key: value for key, value in record.__dict__.items() if key not in _OWN}
        error = {} if record.exc_info is None else {"error": self.formatException(record.exc_info)}
        return json.dumps(facts | more | error, ensure_ascii=False, default=str)


def log_as_json(cycle: str | None = None) -> None:
    """Have everything that is logged written to standard error as JSON lines; `cycle` is what this process is at, None for all."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(cycle))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
