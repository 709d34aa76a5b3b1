import json
import get_openrate
import os
import logging

logger = logging.getLogger()
logger.setLevel("INFO")

def handler(event, context):
    logger.info("Initializing Function...")

    applicationId = os.environ["APPLICATION_ID"]
    kpiName = os.environ["KPI_NAME"]

    res = get_openrate.get_openrate(applicationId, kpiName)
    logger.info("Open rate: %s", res)

    session_attributes = event['sessionAttributes']
    prompt_session_attributes = event['promptSessionAttributes']

    response = {
        "actionGroup": event["actionGroup"],
        "function": event["function"],
        "functionResponse": {
            "responseBody": {
                "TEXT": {"body": json.dumps({"response": res}, ensure_ascii=False)}
            }
        },
    }
    api_response = {
        "messageVersion": "1.0",
        "response": response,
        "sessionAttributes": session_attributes,
        "promptSessionAttributes": prompt_session_attributes
    }

