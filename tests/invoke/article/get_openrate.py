import boto3
import sys
import logging

logger = logging.getLogger()
logger.setLevel("INFO")

def get_openrate(applicationId, kpiName):
  pinpoint = boto3.client('pinpoint')

  logger.info("Getting open rate for applicationId: %s, kpiName: %s", applicationId, kpiName)

  # キャンペーン一覧を取得
  try:
    resCampaigns = pinpoint.get_campaigns(
      ApplicationId=applicationId,
      PageSize='30'
    )
  except Exception as e:
    logger.error("API Failed: get_campaigns")
    logger.error("Error getting campaigns: %s", e)
    sys.exit(1)

  # 出力例
  # [
  #   {
  #     "LastModifiedDate": "The date, in ISO 8601 format",
  #     "Key": "The key of the KPI",
  #     "Value": "The value of the KPI",
  #     "Type": "The type of the KPI"
  #   }
  # ]
  resList = []
  campaignItem = resCampaigns['CampaignsResponse']['Item']
  for item in campaignItem:
    # CampaignStatus が COMPLETED なら開封率を取得
    if item['State']['CampaignStatus'] == 'COMPLETED':
      try:
        logger.info("Getting KPI for campaignId: %s", item['Id'])

        resKpi = pinpoint.get_campaign_date_range_kpi(
          ApplicationId=applicationId,
          CampaignId=item['Id'],
          KpiName=kpiName
        )

        # resKpi['CampaignDateRangeKpiResponse']['KpiResult']['Rows']がNullでなければ
        if resKpi['CampaignDateRangeKpiResponse']['KpiResult']['Rows']:
          tempDict = {
            "LastModifiedDate": item['LastModifiedDate'],
            "Key": resKpi['CampaignDateRangeKpiResponse']['KpiResult']['Rows'][0]['Values'][0]['Key'],
            "Value": resKpi['CampaignDateRangeKpiResponse']['KpiResult']['Rows'][0]['Values'][0]['Value'],
            "Type": resKpi['CampaignDateRangeKpiResponse']['KpiResult']['Rows'][0]['Values'][0]['Type']
          }
          logger.info("Dict: %s", tempDict)
          resList.append(tempDict)
        logger.info("Finish Getting KPI: %s", item['Id'])
      except Exception as e:
        logger.error("API Failed: get_campaign_date_range_kpi")
        logger.error("Error getting KPI: %s", e)
        sys.exit(1)

  return resList
