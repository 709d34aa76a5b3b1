"""An Athena that answers from a list of rows."""

from datetime import datetime, timedelta, timezone

from athena import Athena

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)

COLUMNS = ["campaign_id", "name", "sent_at", "sent", "opened"]


def row(name, days_ago, sent, opened):
    """A campaign as the query gives it."""
    sent_at = (NOW - timedelta(days=days_ago)).strftime("%Y-%m-%d %H:%M:%S.000")
    return [f"id-{name}", name, sent_at, str(sent), str(opened)]


class FakeAthena:
    """These rows, `page` of them at once, after so many looks."""

    def __init__(self, rows=(), looks=1, ends="SUCCEEDED", page=1000):
        self.lines, self.looks, self.ends, self.page = [COLUMNS, *rows], looks, ends, page
        self.asked, self.stopped = None, False

    def start_query_execution(self, **asked):
        self.asked = asked
        return {"QueryExecutionId": "q"}

    def get_query_execution(self, QueryExecutionId):
        self.looks -= 1
        state = "RUNNING" if self.looks > 0 else self.ends
        return {"QueryExecution": {"Status": {"State": state, "StateChangeReason": "table not found"}}}

    def get_query_results(self, QueryExecutionId, MaxResults, NextToken="0"):
        last = int(NextToken) + self.page
        # Athena leaves the value of an empty cell out.
        cells = [
            {"Data": [{} if value is None else {"VarCharValue": value} for value in line]}
            for line in self.lines[int(NextToken) : last]
        ]
        more = {"NextToken": str(last)} if last < len(self.lines) else {}
        return {"ResultSet": {"Rows": cells}, **more}

    def stop_query_execution(self, QueryExecutionId):
        self.stopped = True


def athena(client, has_time=lambda: True):
    """Athena that never really sleeps."""
    return Athena(client, "w", "d", has_time, sleep=lambda _: None)
