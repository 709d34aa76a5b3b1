# The article's Terraform, mended, so that its result can be compared with that of `bedrock-ops deploy`.
#
# The image has to be in the repository before the function can be made, so it takes two runs:
#   terraform apply -target=aws_ecr_repository.function   # then push the image
#   terraform apply
# A later change of the agent leaves the alias on its old version: nothing in the alias changed, so the provider does not
# touch it.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

variable "endpoint" {
  description = "Where all AWS services answer, such as http://127.0.0.1:4566"
  type        = string
}

variable "image_uri" {
  description = "The function's image by digest: <repository>@sha256:<hex>"
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image_uri))
    error_message = "A tag may be pushed again and the function would not notice: give the digest."
  }
}

variable "application_id" {
  description = "The id of the Pinpoint application, 32 hexadecimal digits"
  type        = string
  default     = "0123456789abcdef0123456789abcdef"
}

variable "role_seconds" {
  description = "How long to wait, in seconds, until Bedrock sees a new role"
  type        = number
  default     = 15
}

variable "instruction" {
  description = "The agent's prompt, 40 characters at least"
  type        = string
  default     = <<-EOF
    あなたはカバディチームの公式アプリケーションのプッシュ通知を担当しています。
    プッシュ通知開封率を get_my_api 関数から取得し、最新のものと全ての平均を日本語で簡潔に報告してください。
    値は計算済みのパーセントです。数値や出典を作らないでください。
  EOF
}

provider "aws" {
  # The access key comes from the environment: it is the one that the emulator printed.
  region = local.region

  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  endpoints {
    bedrockagent = var.endpoint
    ecr          = var.endpoint
    iam          = var.endpoint
    lambda       = var.endpoint
    logs         = var.endpoint
    sts          = var.endpoint
  }

  default_tags {
    tags = { team = "marketing" }
  }
}

data "aws_caller_identity" "current" {}

locals {
  region  = "ap-northeast-1"
  account = data.aws_caller_identity.current.account_id
  name    = "push-openrate"
  model   = "anthropic.claude-sonnet-4-6"
  profile = "jp.${local.model}"
  # Every region that the profile may send a request to.
  model_regions = ["ap-northeast-1", "ap-northeast-3"]
}

# ---- the image ----

resource "aws_ecr_repository" "function" {
  name                 = local.name
  image_tag_mutability = "IMMUTABLE"
  force_delete         = true

  image_scanning_configuration {
    scan_on_push = true
  }
}

# ---- the function ----

resource "aws_iam_role" "function" {
  name = "${local.name}-backend-role"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  name = "${local.name}-backend-role-policy"
  role = aws_iam_role.function.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadOpenRates"
        Effect = "Allow"
        Action = ["mobiletargeting:GetCampaigns", "mobiletargeting:GetCampaignDateRangeKpi"]
        Resource = [
          "arn:aws:mobiletargeting:${local.region}:${local.account}:apps/${var.application_id}",
          "arn:aws:mobiletargeting:${local.region}:${local.account}:apps/${var.application_id}/*",
        ]
      },
      {
        # No CreateLogGroup: a last invocation would bring the group back after its deletion.
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.function.arn}:*"
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = 14
}

resource "aws_lambda_function" "function" {
  function_name = local.name
  role          = aws_iam_role.function.arn
  package_type  = "Image"
  image_uri     = var.image_uri
  architectures = ["x86_64"]
  timeout       = 60
  memory_size   = 256
  publish       = true

  environment {
    variables = {
      APPLICATION_ID = var.application_id
      KPI_NAME       = "push-open-rate"
    }
  }

  # Lambda would make the group itself, without retention, at the first invocation.
  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.function]
}

resource "aws_lambda_permission" "agent" {
  statement_id   = "AllowExecutionFromBedrock"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.function.function_name
  qualifier      = aws_lambda_function.function.version
  principal      = "bedrock.amazonaws.com"
  source_account = local.account
  source_arn     = aws_bedrockagent_agent.agent.agent_arn
}

# ---- the agent ----

resource "aws_iam_role" "agent" {
  name = "${local.name}-bedrock-role"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "bedrock.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "arn:aws:bedrock:${local.region}:${local.account}:agent/*" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "agent" {
  name = "${local.name}-bedrock-role-policy"
  role = aws_iam_role.agent.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "InvokeModel"
        Effect = "Allow"
        Action = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
        Resource = concat(
          ["arn:aws:bedrock:${local.region}:${local.account}:inference-profile/${local.profile}"],
          [for region in local.model_regions : "arn:aws:bedrock:${region}::foundation-model/${local.model}"],
        )
      },
      {
        Sid      = "ReadProfile"
        Effect   = "Allow"
        Action   = ["bedrock:GetInferenceProfile"]
        Resource = "arn:aws:bedrock:${local.region}:${local.account}:inference-profile/${local.profile}"
      },
    ]
  })
}

# A profile is checked against the role's policy when the agent is made, and a new policy is not seen at once. The
# provider does not try again.
resource "terraform_data" "agent_role_visible" {
  triggers_replace = [aws_iam_role.agent.unique_id, aws_iam_role_policy.agent.policy]

  provisioner "local-exec" {
    command = "sleep ${var.role_seconds}"
  }
}

resource "aws_bedrockagent_agent" "agent" {
  agent_name              = "${local.name}-agent"
  agent_resource_role_arn = aws_iam_role.agent.arn
  foundation_model        = local.profile
  instruction             = trimspace(var.instruction)

  # The provider deletes the alias without waiting for it to be gone.
  skip_resource_in_use_check = true

  depends_on = [terraform_data.agent_role_visible]
}

resource "aws_bedrockagent_agent_action_group" "get_my_api" {
  action_group_name          = "get_my_api"
  description                = "Amazon Pinpoint からプッシュ通知開封率を取得します。"
  agent_id                   = aws_bedrockagent_agent.agent.agent_id
  agent_version              = "DRAFT"
  skip_resource_in_use_check = true

  action_group_executor {
    lambda = aws_lambda_function.function.qualified_arn
  }

  function_schema {
    member_functions {
      functions {
        name        = "get_my_api"
        description = "プッシュ通知開封率の最新値、平均、キャンペーンごとの値を、計算済みのパーセントで返します。"

        parameters {
          map_block_key = "days"
          type          = "integer"
          description   = "今日を含む直近の日数。1 から 90 までの整数。省略すると 90 です。"
          required      = false
        }
      }
    }
  }
}

resource "aws_bedrockagent_agent_alias" "agent" {
  agent_alias_name = "v1"
  agent_id         = aws_bedrockagent_agent.agent.agent_id

  # Cut earlier, the version would have no action group, or there would be no prepared agent to cut it from.
  depends_on = [aws_bedrockagent_agent_action_group.get_my_api, aws_lambda_permission.agent]
}

# ---- what is compared, and what Slack is given ----

output "function_version" {
  value = aws_lambda_function.function.version
}

output "alias_routing" {
  value = aws_bedrockagent_agent_alias.agent.routing_configuration
}

output "connector" {
  value = join(" ", [
    "@aws connector add openrate",
    aws_bedrockagent_agent.agent.agent_arn,
    aws_bedrockagent_agent_alias.agent.agent_alias_id,
  ])
}
