"""What a Pinpoint campaign's own record tells: whether it has been sent, when, and how often."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Mapping, Optional

# A recurring campaign is never COMPLETED before its last run; between two runs it waits in PENDING_NEXT_RUN.
SENT_STATUSES = frozenset({"COMPLETED", "PENDING_NEXT_RUN"})

# Frequencies with a fixed step; MONTHLY has none.
STEPS = {"HOURLY": timedelta(hours=1), "DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}

# Frequencies without a timetable.
TRIGGERED = frozenset({"EVENT", "IN_APP_EVENT"})


@dataclass(frozen=True)
class Campaign:
    """A campaign that has been sent at least once. All times are in UTC."""

    id: str
    name: str
    first_sent: datetime
    last_sent: datetime
    # Pinpoint's word: ONCE, HOURLY, DAILY, WEEKLY, MONTHLY, EVENT or IN_APP_EVENT.
    frequency: str

    @property
    def recurring(self) -> bool:
        """Whether it is sent more than once."""
        return self.frequency != "ONCE"

    @property
    def triggered(self) -> bool:
        """Whether users' events send it, so that no date can be called its send date."""
        return self.frequency in TRIGGERED


def sent_campaign(item: Mapping[str, Any], now: datetime) -> Optional[Campaign]:
    """The campaign of one item of GetCampaigns; `None` when nothing of it has been sent by `now`."""
    if _status(item) not in SENT_STATUSES:
        return None
    schedule = item.get("Schedule") or {}
    # StartTime may also be the word IMMEDIATE: then the campaign went out when it was created. LastModifiedDate is
    # no send date, it moves with every edit.
    first = parse_time(schedule.get("StartTime")) or parse_time(item.get("CreationDate"))
    if first is None or first > now:
        return None
    frequency = schedule.get("Frequency") or "ONCE"
    end = min(now, parse_time(schedule.get("EndTime")) or now)
    return Campaign(
        id=item["Id"],
        name=item.get("Name") or item["Id"],
        first_sent=first,
        last_sent=_last_run(first, max(first, end), frequency),
        frequency=frequency,
    )


def parse_time(text: Optional[str]) -> Optional[datetime]:
    """An ISO 8601 time as Pinpoint writes it, in UTC; `None` for what is no time."""
    try:
        # Before Python 3.11 fromisoformat does not know the `Z`.
        moment = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def _status(item: Mapping[str, Any]) -> Optional[str]:
    """The campaign's status. An A/B test may carry it in DefaultState alone."""
    state = item.get("State") or item.get("DefaultState") or {}
    return state.get("CampaignStatus")


def _last_run(first: datetime, end: datetime, frequency: str) -> datetime:
    """The last run of a campaign that began at `first`, not after `end`."""
    if frequency in STEPS:
        return first + (end - first) // STEPS[frequency] * STEPS[frequency]
    if frequency == "MONTHLY":
        return _last_monthly_run(first, end)
    if frequency in TRIGGERED:
        return end
    return first


def _last_monthly_run(first: datetime, end: datetime) -> datetime:
    """As `_last_run`, by the month; the 31st becomes the last day of a shorter month."""
    months = (end.year - first.year) * 12 + end.month - first.month
    run = _months_after(first, months)
    return run if run <= end else _months_after(first, months - 1)


def _months_after(first: datetime, months: int) -> datetime:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    day = min(first.day, calendar.monthrange(year, month + 1)[1])
    return first.replace(year=year, month=month + 1, day=day)
