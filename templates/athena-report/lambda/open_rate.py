"""Asks Athena for the open rate of each campaign, and turns it into the JSON text that the model reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from statistics import fmean
from typing import Any, Dict, List

from athena import Athena, Row
from bedrock_reply import fitted

DEFAULT_DAYS = 90
MAX_DAYS = 365

# Campaigns that are read, those sent last.
MOST = 900

# One row a campaign. `dt` is the table's partition, a day in UTC as text: only those days are scanned. A device counts
# once, however often it opened the notification.
SQL = f"""
SELECT campaign_id,
       max(campaign_name) AS name,
       max(sent_time) AS sent_at,
       count(DISTINCT sent_to) AS sent,
       count(DISTINCT opened_by) AS opened
FROM (
    SELECT campaign_id,
           campaign_name,
           CASE WHEN event_type = 'sent' THEN event_time END AS sent_time,
           CASE WHEN event_type = 'sent' THEN device_id END AS sent_to,
           CASE WHEN event_type = 'opened' THEN device_id END AS opened_by
    FROM push_events
    WHERE dt BETWEEN ? AND ?
) AS events
GROUP BY campaign_id
HAVING count(sent_to) > 0
ORDER BY sent_at DESC
LIMIT {MOST}
"""

# Whoever reads the answers is in Japan, which keeps no summer time.
JAPAN = timezone(timedelta(hours=9))


@dataclass(frozen=True)
class Campaign:
    """A campaign that was sent in the period."""

    name: str
    # When it was sent last.
    sent_at: datetime
    # Devices.
    sent: int
    opened: int

    @property
    def percent(self) -> float:
        """How many of the devices opened it, in percent."""
        return 100 * self.opened / self.sent


@dataclass(frozen=True)
class OpenRates:
    """The campaigns of a period of days in UTC, both ends included; the one sent last comes first."""

    start: date
    end: date
    campaigns: List[Campaign]


def get_open_rates(athena: Athena, today: date, days: int) -> OpenRates:
    """The open rates of the last days, today included."""
    start = today - timedelta(days=days - 1)
    return OpenRates(start, today, [_campaign(row) for row in athena.rows(SQL, [start, today])])


def _campaign(row: Row) -> Campaign:
    # Athena writes 2026-11-21 09:30:00.000, without a zone.
    sent_at = datetime.fromisoformat(row["sent_at"] or "").replace(tzinfo=timezone.utc)
    name = row["name"] or row["campaign_id"] or ""
    return Campaign(name, sent_at, int(row["sent"] or 0), int(row["opened"] or 0))


def render(rates: OpenRates) -> str:
    """The report as JSON, short enough for an agent: the oldest campaigns give way, and the report says so."""
    return fitted(len(rates.campaigns), lambda shown: _report(rates, shown))


def _report(rates: OpenRates, shown: int) -> Dict[str, Any]:
    campaigns = rates.campaigns
    report: Dict[str, Any] = {
        "unit": "percent",
        "period": {"from": rates.start.isoformat(), "to": rates.end.isoformat()},
        "campaign_count": len(campaigns),
        "latest": _told(campaigns[0]) if campaigns else None,
        "average_open_rate_percent": round(fmean(each.percent for each in campaigns), 2) if campaigns else None,
        "campaigns": [{**_told(each), "sent": each.sent, "opened": each.opened} for each in campaigns[:shown]],
    }
    notes = []
    if not campaigns:
        notes.append("この期間に配信されたプッシュ通知はありませんでした。")
    if len(campaigns) == MOST:
        notes.append(f"キャンペーンが多いため、新しい{MOST}件だけを集計しました。")
    if shown < len(campaigns):
        notes.append(f"一覧が長いため、古いキャンペーン{len(campaigns) - shown}件を省略しました。平均には含まれています。")
    if notes:
        report["notes"] = notes
    return report


def _told(campaign: Campaign) -> Dict[str, Any]:
    return {
        "name": campaign.name,
        "sent_at": campaign.sent_at.astimezone(JAPAN).isoformat(timespec="seconds"),
        "open_rate_percent": round(campaign.percent, 2),
    }
