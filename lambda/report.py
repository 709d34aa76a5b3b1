"""Turns open rates into the JSON text that the model reads: all figures computed, nothing left for it to reckon."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from statistics import fmean
from typing import Any, Dict, List, Optional

from bedrock_reply import fitted
from campaign import Campaign
from get_openrate import CampaignRate, OpenRates

# Whoever reads the answers is in Japan, which keeps no summer time.
JAPAN = timezone(timedelta(hours=9))


def render(rates: OpenRates) -> str:
    """The report as JSON, short enough for an agent: the oldest campaigns give way, and the report says so."""
    return fitted(len(rates.rates), lambda shown: _report(rates, shown))


def _report(rates: OpenRates, shown: int) -> Dict[str, Any]:
    """With the `shown` campaigns that were sent last."""
    report: Dict[str, Any] = {
        "unit": "percent",
        "period": {"from": _day(rates.start), "to": _day(rates.end)},
        "campaign_count": len(rates.rates),
        "latest": _latest(rates.rates),
        "average_open_rate_percent": _average(rates.rates),
        "campaigns": [_campaign(rate) for rate in rates.rates[:shown]],
    }
    notes = _notes(rates, shown)
    if notes:
        report["notes"] = notes
    return report


def _latest(rates: List[CampaignRate]) -> Optional[Dict[str, Any]]:
    """The campaign sent last; of a recurring one its newest window."""
    if not rates:
        return None
    latest = next((rate for rate in rates if not rate.campaign.triggered), rates[0])
    return {
        "name": latest.campaign.name,
        "sent_at": _sent_at(latest.campaign),
        "open_rate_percent": round(latest.newest_percent, 2),
    }


def _average(rates: List[CampaignRate]) -> Optional[float]:
    """The mean over all campaigns, each counted once; also over those that are not shown."""
    return round(fmean(rate.percent for rate in rates), 2) if rates else None


def _campaign(rate: CampaignRate) -> Dict[str, Any]:
    shown: Dict[str, Any] = {
        "name": rate.campaign.name,
        "sent_at": _sent_at(rate.campaign),
        "open_rate_percent": round(rate.percent, 2),
    }
    if len(rate.measurements) > 1:
        shown["measurements"] = [
            {"from": _day(m.start), "to": _day(m.end), "open_rate_percent": round(m.percent, 2)}
            for m in rate.measurements
        ]
    return shown


def _notes(rates: OpenRates, shown: int) -> List[str]:
    """What the figures do not cover, in Japanese, for the model to pass on."""
    cut = len(rates.rates) - shown
    notes = []
    if not rates.rates and not rates.not_read:
        notes.append("この期間に開封率を取得できるプッシュ通知はありませんでした。")
    if rates.without_data:
        notes.append(f"開封データのないキャンペーンが{rates.without_data}件あり、平均に含まれていません。")
    if rates.not_read:
        notes.append(f"時間内に取得できなかった古いキャンペーンが{rates.not_read}件あり、平均に含まれていません。")
    if cut:
        notes.append(f"一覧が長いため、古いキャンペーン{cut}件を省略しました。平均には含まれています。")
    return notes


def _day(moment: datetime) -> str:
    return moment.astimezone(JAPAN).date().isoformat()


def _sent_at(campaign: Campaign) -> Optional[str]:
    """When it was sent last, in Japan's time; `None` for a campaign that users' events send."""
    return None if campaign.triggered else campaign.last_sent.astimezone(JAPAN).isoformat(timespec="seconds")
