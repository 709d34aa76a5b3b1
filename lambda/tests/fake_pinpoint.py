"""A Pinpoint client held in memory, as strict about windows as the real one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, List, Optional, Sequence

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=timezone.utc)


def days_ago(days: float) -> str:
    """A time before NOW as Pinpoint writes it."""
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def campaign(identity: str, sent: Optional[str], status: str = "COMPLETED", **more: Any) -> Dict[str, Any]:
    """An item of GetCampaigns, edited just now whenever it was sent."""
    item = {
        "Id": identity,
        "Name": identity,
        "State": {"CampaignStatus": status},
        "CreationDate": days_ago(80),
        "LastModifiedDate": days_ago(0),
        "Schedule": {"StartTime": sent, "Frequency": "ONCE"},
    }
    item.update(more)
    return item


class Throttled(Exception):
    """As botocore's ClientError tells it."""

    response = {"Error": {"Code": "TooManyRequestsException", "Message": "Too many requests"}}


class FakePinpoint:
    """`ratios` gives a campaign's values for a window; by default none has any."""

    def __init__(
        self,
        campaigns: Sequence[Dict[str, Any]],
        ratios: Callable[[str, datetime], Sequence[str]] = lambda identity, start: [],
        page: int = 2,
    ) -> None:
        self.campaigns = list(campaigns)
        self.ratios = ratios
        self.page = page
        self.kpi_calls: List[Dict[str, Any]] = []
        self.pages_read = 0

    def get_campaigns(self, ApplicationId: str, PageSize: str, Token: str = "0") -> Dict[str, Any]:  # noqa: N803
        assert isinstance(PageSize, str), "the API takes the page size as a string"
        self.pages_read += 1
        first, last = int(Token), int(Token) + self.page
        answer: Dict[str, Any] = {"Item": self.campaigns[first:last]}
        if last < len(self.campaigns):
            answer["NextToken"] = str(last)
        return {"CampaignsResponse": answer}

    def get_campaign_date_range_kpi(
        self,
        ApplicationId: str,
        CampaignId: str,
        KpiName: str,
        StartTime: datetime,
        EndTime: datetime,  # noqa: N803
    ) -> Dict[str, Any]:
        assert StartTime < EndTime <= StartTime + timedelta(days=31), "a window has 31 days at most"
        assert NOW - StartTime < timedelta(days=90), "a window starts fewer than 90 days ago"
        self.kpi_calls.append({"CampaignId": CampaignId, "StartTime": StartTime, "EndTime": EndTime})
        rows = [
            {"Values": [{"Key": "PushOpenRate", "Type": "Double", "Value": ratio}]}
            for ratio in self.ratios(CampaignId, StartTime)
        ]
        return {"CampaignDateRangeKpiResponse": {"KpiResult": {"Rows": rows}}}
