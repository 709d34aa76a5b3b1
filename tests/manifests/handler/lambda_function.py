def handler(event, context):
    return {"messageVersion": "1.0"}
