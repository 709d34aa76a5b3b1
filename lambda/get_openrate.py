"""Reads from Amazon Pinpoint how many of the push notifications of each campaign were opened."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from statistics import fmean
from typing import Any, Callable, Iterator, List, Mapping, Tuple

from campaign import Campaign, sent_campaign

logger = logging.getLogger(__name__)

# Pinpoint refuses a start 90 days ago or earlier; the days of a period are counted with today, so 90 still fit.
MAX_DAYS = 90

# GetCampaignDateRangeKpi takes ranges of 31 days at most, both ends included.
WINDOW = timedelta(days=31) - timedelta(seconds=1)

# A campaign in its recipients' local time reaches the east before its time in UTC. Nothing is measured before a send,
# so beginning a day early counts nothing twice.
LEAD = timedelta(days=1)

# GetCampaigns takes the page size as a string.
PAGE_SIZE = "100"


@dataclass(frozen=True)
class Measurement:
    """The open rate that Pinpoint gives for one window, in percent (2.04 for its ratio "0.0204")."""

    start: datetime
    end: datetime
    percent: float


@dataclass(frozen=True)
class CampaignRate:
    """A campaign and its measurements, oldest window first; never without one."""

    campaign: Campaign
    measurements: Tuple[Measurement, ...]

    @property
    def percent(self) -> float:
        """The mean of all measurements, in percent."""
        return fmean(m.percent for m in self.measurements)

    @property
    def newest_percent(self) -> float:
        """The mean of the newest window's measurements, in percent."""
        newest = self.measurements[-1].start
        return fmean(m.percent for m in self.measurements if m.start == newest)


@dataclass
class OpenRates:
    """What was read for one period, campaigns sent last standing first."""

    start: datetime
    end: datetime
    rates: List[CampaignRate] = field(default_factory=list)
    # Campaigns sent in the period for which Pinpoint has no figure.
    without_data: int = 0
    # Campaigns that were not asked for because the time ran out: the oldest.
    not_read: int = 0


def get_openrate(
    pinpoint: Any,
    application_id: str,
    kpi_name: str,
    now: datetime,
    days: int = MAX_DAYS,
    has_time: Callable[[], bool] = lambda: True,
) -> OpenRates:
    """The open rates of all campaigns sent in the last `days` days, today (UTC) being one of them.

    `kpi_name` names a rate, such as push-open-rate. `has_time` is asked before each campaign; once it says no, the
    rest is counted and left unread.
    """
    if "rate" not in kpi_name:
        # A count times 100 would pass for a percentage.
        raise ValueError(f"KPI_NAME must name a rate, and {kpi_name} is none")
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    result = OpenRates(start=today - timedelta(days=days - 1), end=now)
    campaigns = [sent_campaign(item, now) for item in _campaign_items(pinpoint, application_id)]
    in_period = [c for c in campaigns if c is not None and c.last_sent >= result.start]
    in_period.sort(key=lambda c: (c.last_sent, c.id), reverse=True)

    for position, campaign in enumerate(in_period):
        if not has_time():
            result.not_read = len(in_period) - position
            logger.warning("out of time: %d campaigns not read", result.not_read)
            break
        measurements = _measure(pinpoint, application_id, kpi_name, campaign, result)
        if measurements:
            result.rates.append(CampaignRate(campaign, tuple(measurements)))
        else:
            result.without_data += 1
    return result


def windows(start: datetime, end: datetime) -> Iterator[Tuple[datetime, datetime]]:
    """Cuts a span into windows that Pinpoint takes, oldest first, without gap or overlap."""
    while start < end:
        yield start, min(start + WINDOW, end)
        start += WINDOW + timedelta(seconds=1)


def _campaign_items(pinpoint: Any, application_id: str) -> Iterator[Mapping[str, Any]]:
    """All campaigns of the application, page after page (boto3 has no paginator for Pinpoint)."""
    request = {"ApplicationId": application_id, "PageSize": PAGE_SIZE}
    while True:
        page = pinpoint.get_campaigns(**request)["CampaignsResponse"]
        yield from page.get("Item") or []
        if not page.get("NextToken"):
            return
        request["Token"] = page["NextToken"]


def _measure(
    pinpoint: Any, application_id: str, kpi_name: str, campaign: Campaign, period: OpenRates
) -> List[Measurement]:
    """Every value that Pinpoint has for the campaign within the period."""
    spans = windows(max(period.start, campaign.first_sent - LEAD), period.end)
    # A single send is measured by its first window; whoever opens a notification a month later is one in thousands.
    asked = spans if campaign.recurring else islice(spans, 1)
    measurements = []
    for start, end in asked:
        answer = pinpoint.get_campaign_date_range_kpi(
            ApplicationId=application_id, CampaignId=campaign.id, KpiName=kpi_name, StartTime=start, EndTime=end
        )
        rows = answer["CampaignDateRangeKpiResponse"]["KpiResult"].get("Rows") or []
        measurements += [Measurement(start, end, percent) for percent in _percents(rows)]
    return measurements


def _percents(rows: List[Mapping[str, Any]]) -> Iterator[float]:
    """The rates of all rows and values, in percent. Pinpoint gives ratios from 0 to 1, as strings."""
    for row in rows:
        for value in row.get("Values") or []:
            ratio = float(value["Value"])
            # Not a number where nothing was delivered.
            if math.isfinite(ratio):
                yield ratio * 100
