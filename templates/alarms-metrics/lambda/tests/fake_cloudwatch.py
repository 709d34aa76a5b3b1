"""A CloudWatch that answers from lists."""

from datetime import datetime, timedelta, timezone

NOW = datetime(2026, 11, 22, 12, 0, 30, tzinfo=timezone.utc)


def alarm(name, minutes_ago, **more):
    """A metric alarm in ALARM since then."""
    return {
        "AlarmName": name,
        "StateUpdatedTimestamp": NOW,
        "StateTransitionedTimestamp": NOW - timedelta(minutes=minutes_ago),
        "StateReason": "Threshold Crossed",
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": "orders"}],
        **more,
    }


class FakeCloudWatch:
    """These alarms, `page` of them at once, and these values, the newest first, `page` of them at once."""

    def __init__(self, alarms=(), composites=(), values=(), page=100):
        self.alarms, self.composites, self.values, self.page = list(alarms), list(composites), list(values), page
        self.asked = []

    def describe_alarms(self, **asked):
        self.asked.append(asked)
        first = int(asked.get("NextToken", 0))
        last = first + self.page
        answer = {"MetricAlarms": self.alarms[first:last], "CompositeAlarms": [] if first else self.composites}
        return {**answer, "NextToken": str(last)} if last < len(self.alarms) else answer

    def get_metric_data(self, **asked):
        self.asked.append(asked)
        first = int(asked.get("NextToken", 0))
        last = first + self.page
        period = timedelta(seconds=asked["MetricDataQueries"][0]["MetricStat"]["Period"])
        times = [asked["EndTime"] - period * (n + 1) for n in range(len(self.values))]
        answer = {"MetricDataResults": [{"Timestamps": times[first:last], "Values": self.values[first:last]}]}
        return {**answer, "NextToken": str(last)} if last < len(self.values) else answer
