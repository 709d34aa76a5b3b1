"""What is asked of Cost Explorer, and what the model is told."""

import json
import unittest
from datetime import date

from bedrock_reply import BODY_LIMIT, Reprompt, size
from get_cost import get_cost, month_of, render

TODAY = date(2026, 11, 22)


class FakeExplorer:
    """Cost Explorer with these costs: for each month's first day the services and their amounts."""

    def __init__(self, costs, page=100, estimated=()):
        self.costs, self.page, self.estimated = costs, page, estimated
        self.asked = []

    def get_cost_and_usage(self, **asked):
        self.asked.append(asked)
        first = int(asked.get("NextPageToken", 0))
        last = first + self.page
        results = [
            {
                "TimePeriod": {"Start": start},
                "Estimated": start in self.estimated,
                "Groups": [
                    {"Keys": [name], "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}}
                    for name, amount in list(services.items())[first:last]
                ],
            }
            for start, services in self.costs.items()
        ]
        more = any(len(services) > last for services in self.costs.values())
        return {"ResultsByTime": results, **({"NextPageToken": str(last)} if more else {})}


def report(explorer, month="2026-10"):
    return json.loads(render(get_cost(explorer, month_of(month, TODAY), TODAY)))


COSTS = {
    "2026-09-01": {"AWS Lambda": "210.5", "Amazon Pinpoint": "3"},
    "2026-10-01": {"AWS Lambda": "300.1249", "Amazon RDS": "500"},
}


class Costs(unittest.TestCase):
    def test_total_and_services_stand_there_ready(self):
        told = report(FakeExplorer(COSTS))
        self.assertEqual((told["month"], told["previous_month"], told["currency"]), ("2026-10", "2026-09", "USD"))
        self.assertEqual((told["total"], told["previous_total"]), (800.12, 213.5))
        self.assertEqual(
            told["services"],
            [
                {"name": "Amazon RDS", "amount": 500.0, "previous": 0.0},
                {"name": "AWS Lambda", "amount": 300.12, "previous": 210.5},
                {"name": "Amazon Pinpoint", "amount": 0.0, "previous": 3.0},
            ],
        )
        self.assertNotIn("notes", told)

    def test_two_months_are_one_request(self):
        explorer = FakeExplorer(COSTS)
        report(explorer)
        (asked,) = explorer.asked
        self.assertEqual(asked["TimePeriod"], {"Start": "2026-09-01", "End": "2026-11-01"})

    def test_the_current_month_ends_where_the_next_begins_and_is_said_to_go_on(self):
        for today, period in [
            (date(2026, 11, 1), {"Start": "2026-10-01", "End": "2026-12-01"}),
            (date(2026, 12, 31), {"Start": "2026-11-01", "End": "2027-01-01"}),
            (date(2027, 1, 15), {"Start": "2026-12-01", "End": "2027-02-01"}),
        ]:
            explorer = FakeExplorer({})
            told = json.loads(render(get_cost(explorer, month_of("", today), today)))
            self.assertEqual(explorer.asked[0]["TimePeriod"], period)
            self.assertIn("途中", "".join(told["notes"]))

    def test_a_month_not_yet_settled_is_said_to_be_so(self):
        told = report(FakeExplorer(COSTS, estimated=["2026-10-01"]))
        self.assertIn("確定していません", told["notes"][0])

    def test_all_pages_are_read(self):
        explorer = FakeExplorer(COSTS, page=1)
        self.assertEqual(report(explorer)["total"], 800.12)
        self.assertEqual(len(explorer.asked), 2)

    def test_without_figures_nothing_is_made_up(self):
        told = report(FakeExplorer({}))
        self.assertEqual((told["total"], told["services"]), (0.0, []))
        self.assertIn("データがありません", told["notes"][0])

    def test_only_months_that_cost_explorer_knows_can_be_asked_for(self):
        self.assertEqual(month_of("2025-11", TODAY), date(2025, 11, 1))
        for wrong in ["2025-10", "2026-12", "2026-13", "0000-01", "2026-1", "10", "先月", "2026-10-01"]:
            with self.assertRaisesRegex(Reprompt, "2025-11 から 2026-11"):
                month_of(wrong, TODAY)

    def test_a_long_list_loses_its_cheapest_and_says_so(self):
        many = {f"Amazon Service With A Long Name {n}": str(n) for n in range(400)}
        body = render(get_cost(FakeExplorer({"2026-10-01": many}, page=400), date(2026, 10, 1), TODAY))
        told = json.loads(body)
        self.assertLessEqual(size(body), BODY_LIMIT)
        self.assertEqual(told["total"], 79800.0)
        self.assertEqual(told["services"][0]["amount"], 399.0)
        self.assertIn(f"{400 - len(told['services'])}件を省略", told["notes"][0])


if __name__ == "__main__":
    unittest.main()
