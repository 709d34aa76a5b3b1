"""Reads from Cost Explorer what a month cost, and turns it into the JSON text that the model reads."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, DefaultDict, Dict, List

from bedrock_reply import Reprompt, fitted

# Months back that can be asked for: Cost Explorer keeps 13 and the current one, and the month before is told too.
MONTHS_BACK = 12

BAD_MONTH = "month には {first} から {last} までの月を、2026-10 のような形で指定してください。"


@dataclass(frozen=True)
class ServiceCost:
    """What a service cost in the month and in the one before."""

    name: str
    amount: Decimal
    previous: Decimal


@dataclass(frozen=True)
class Costs:
    """What a month cost, the dearest service first."""

    month: date
    today: date
    currency: str
    # Whether AWS still expects changes.
    estimated: bool
    services: List[ServiceCost]


def month_of(text: str, today: date) -> date:
    """The first day of the month that the text names; of today's month if it names none."""
    current = today.replace(day=1)
    first = current
    for _ in range(MONTHS_BACK):
        first = before(first)
    if not text:
        return current
    parts = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
    month = date(int(parts[1]), int(parts[2]), 1) if parts and parts[1] != "0000" else None
    if month is None or not first <= month <= current:
        raise Reprompt(BAD_MONTH.format(first=_month(first), last=_month(current)))
    return month


def before(month: date) -> date:
    """The first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


def after(month: date) -> date:
    """The first day of the month after."""
    return (month + timedelta(days=31)).replace(day=1)


def get_cost(explorer: Any, month: date, today: date) -> Costs:
    """The costs of the month and of the one before, in one request: each is billed."""
    previous = before(month)
    asked: Dict[str, Any] = {
        # The end is not included; it may be the first of the next month, and no later.
        "TimePeriod": {"Start": previous.isoformat(), "End": after(month).isoformat()},
        "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
    }
    amounts: Dict[date, DefaultDict[str, Decimal]] = {previous: defaultdict(Decimal), month: defaultdict(Decimal)}
    currency, estimated = "USD", False
    while True:
        page = explorer.get_cost_and_usage(**asked)
        for period in page["ResultsByTime"]:
            start = date.fromisoformat(period["TimePeriod"]["Start"][:10])
            estimated |= start == month and bool(period.get("Estimated"))
            for group in period["Groups"]:
                cost = group["Metrics"]["UnblendedCost"]
                currency = cost["Unit"]
                amounts[start][group["Keys"][0]] += Decimal(cost["Amount"])
        if not page.get("NextPageToken"):
            return Costs(month, today, currency, estimated, _services(amounts[month], amounts[previous]))
        asked["NextPageToken"] = page["NextPageToken"]


def _services(now: Dict[str, Decimal], then: Dict[str, Decimal]) -> List[ServiceCost]:
    none = Decimal()
    services = [ServiceCost(name, now.get(name, none), then.get(name, none)) for name in now.keys() | then.keys()]
    return sorted(services, key=lambda service: (-service.amount, -service.previous, service.name))


def render(costs: Costs) -> str:
    """The report as JSON, short enough for an agent: the cheapest services give way, and the report says so."""
    return fitted(len(costs.services), lambda shown: _report(costs, shown))


def _report(costs: Costs, shown: int) -> Dict[str, Any]:
    report: Dict[str, Any] = {
        "month": _month(costs.month),
        "previous_month": _month(before(costs.month)),
        "currency": costs.currency,
        "total": _money(sum((service.amount for service in costs.services), Decimal())),
        "previous_total": _money(sum((service.previous for service in costs.services), Decimal())),
        "services": [
            {"name": service.name, "amount": _money(service.amount), "previous": _money(service.previous)}
            for service in costs.services[:shown]
        ],
    }
    notes = _notes(costs, shown)
    if notes:
        report["notes"] = notes
    return report


def _notes(costs: Costs, shown: int) -> List[str]:
    """What the figures do not say of themselves, in Japanese, for the model to pass on."""
    notes = []
    if not costs.services:
        notes.append("この月とその前の月の料金のデータがありません。")
    if costs.month == costs.today.replace(day=1):
        notes.append(f"{_month(costs.month)} はまだ途中です（今日は {costs.today.isoformat()}、反映には最大1日かかります）。")
    elif costs.estimated:
        notes.append(f"{_month(costs.month)} の金額はまだ確定していません。")
    if shown < len(costs.services):
        notes.append(f"一覧が長いため、料金の低いサービス{len(costs.services) - shown}件を省略しました。合計には含まれています。")
    return notes


def _month(month: date) -> str:
    return f"{month:%Y-%m}"


def _money(amount: Decimal) -> float:
    """To the cent."""
    return float(round(amount, 2))
