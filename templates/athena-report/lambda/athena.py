"""Runs one query in Athena and gives its rows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import Any, Callable, Dict, List, Optional, Sequence, Union

from bedrock_reply import Reprompt

# Seconds between two looks at a query that is still running.
PAUSE = 0.5

# Minutes for which Athena may give the same answer again without scanning.
REUSE = 10

# Rows of a page of results: the most that Athena gives, the names of the columns counted.
PAGE = 1000

TOO_SLOW = "時間内に集計できませんでした。期間を短くして、もう一度質問するよう利用者に伝えてください。"

Row = Dict[str, Optional[str]]


@dataclass(frozen=True)
class Athena:
    """Athena, with the workgroup and the database that queries run in."""

    client: Any
    workgroup: str
    database: str
    # Whether there is time to go on waiting.
    has_time: Callable[[], bool]
    sleep: Callable[[float], None] = time.sleep

    def rows(self, sql: str, values: Sequence[Union[int, date]] = ()) -> List[Row]:
        """What the query finds, each row by column. The values stand for the `?` in it, in their order."""
        asked: Dict[str, Any] = {
            "QueryString": sql,
            "QueryExecutionContext": {"Database": self.database},
            "WorkGroup": self.workgroup,
            "ResultReuseConfiguration": {
                "ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": REUSE}
            },
        }
        if values:
            asked["ExecutionParameters"] = [_literal(value) for value in values]
        query = self.client.start_query_execution(**asked)["QueryExecutionId"]
        self._wait(query)
        return self._results(query)

    def _wait(self, query: str) -> None:
        """Until the query is done. Gives it up when there is no time left."""
        while True:
            status = self.client.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                return
            if status["State"] not in ("QUEUED", "RUNNING"):
                raise RuntimeError(f"the query ended as {status['State']}: {status.get('StateChangeReason', '')}")
            if not self.has_time():
                self.client.stop_query_execution(QueryExecutionId=query)
                raise Reprompt(TOO_SLOW)
            self.sleep(PAUSE)

    def _results(self, query: str) -> List[Row]:
        asked: Dict[str, Any] = {"QueryExecutionId": query, "MaxResults": PAGE}
        rows: List[List[Optional[str]]] = []
        while True:
            page = self.client.get_query_results(**asked)
            rows += [[cell.get("VarCharValue") for cell in row["Data"]] for row in page["ResultSet"]["Rows"]]
            if not page.get("NextToken"):
                break
            asked["NextToken"] = page["NextToken"]
        # The first row of a SELECT names the columns.
        columns, found = rows[0], rows[1:]
        return [dict(zip(columns, row)) for row in found]


def _literal(value: Union[int, date]) -> str:
    """A value as SQL: Athena puts it in as it is. Only types that can hold no quote are taken."""
    if isinstance(value, date):
        return f"'{value.isoformat()}'"
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"a query takes whole numbers and days, not {type(value).__name__}")
