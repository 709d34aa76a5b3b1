//! Managed policies on a role: attached, listed and detached; of AWS's own, the few that such roles carry.

use serde_json::json;

use super::members::{ARN, Page, ROLE_NAME};
use super::roles::limit_exceeded;
use crate::call::Call;
use crate::form::{Form, Text};
use crate::refusal::Refusal;
use crate::xml::element;

/// Policies on a role, unless AWS raises it.
const MOST: usize = 20;

/// What AWS's own policies begin with.
const AWS: &str = "arn:aws:iam::aws:policy/";

const PATH_PREFIX: Text = Text {
    length: (1, 512),
    letter: |letter| letter.is_ascii_alphanumeric() || "/.,+@=_-".contains(letter),
    pattern: r"((/[A-Za-z0-9\.,\+@=_-]+)*)/",
};

/// AWS's own policies that the emulator knows, and the actions that they allow on everything: for some of them the gist of
/// longer lists.
const KNOWN: &[(&str, &[&str])] = &[
    ("AdministratorAccess", &["*"]),
    ("AmazonBedrockFullAccess", &["bedrock:*"]),
    (
        "AmazonEC2ContainerRegistryPowerUser",
        &[
            "ecr:GetAuthorizationToken",
            "ecr:BatchCheckLayerAvailability",
            "ecr:GetDownloadUrlForLayer",
            "ecr:BatchGetImage",
            "ecr:PutImage",
        ],
    ),
    (
        "AmazonEC2ContainerRegistryReadOnly",
        &[
            "ecr:GetAuthorizationToken",
            "ecr:BatchCheckLayerAvailability",
            "ecr:GetDownloadUrlForLayer",
            "ecr:BatchGetImage",
        ],
    ),
    ("AmazonAthenaFullAccess", &["athena:*", "glue:*", "s3:GetObject", "s3:ListBucket", "s3:PutObject"]),
    ("AmazonBedrockReadOnly", &["bedrock:Get*", "bedrock:List*"]),
    ("AmazonDynamoDBFullAccess", &["dynamodb:*"]),
    ("AmazonDynamoDBReadOnlyAccess", &["dynamodb:BatchGet*", "dynamodb:Describe*", "dynamodb:Get*", "dynamodb:List*"]),
    ("AmazonS3FullAccess", &["s3:*", "s3-object-lambda:*"]),
    ("AmazonS3ReadOnlyAccess", &["s3:Describe*", "s3:Get*", "s3:List*"]),
    ("AmazonSSMReadOnlyAccess", &["ssm:Describe*", "ssm:Get*", "ssm:List*"]),
    ("AWSLambda_FullAccess", &["lambda:*", "logs:DescribeLogGroups", "iam:ListRoles", "iam:PassRole"]),
    ("AWSLambda_ReadOnlyAccess", &["lambda:Get*", "lambda:List*", "logs:DescribeLogGroups"]),
    ("CloudWatchFullAccess", &["cloudwatch:*", "logs:*"]),
    ("CloudWatchLogsFullAccess", &["logs:*", "cloudwatch:GenerateQuery"]),
    ("CloudWatchLogsReadOnlyAccess", &["logs:Describe*", "logs:Get*", "logs:List*", "logs:FilterLogEvents"]),
    ("CloudWatchReadOnlyAccess", &["cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*", "logs:Get*"]),
    ("IAMReadOnlyAccess", &["iam:Get*", "iam:List*"]),
    ("PowerUserAccess", &["*"]),
    ("ReadOnlyAccess", &["*:Describe*", "*:Get*", "*:List*"]),
    ("SecretsManagerReadWrite", &["secretsmanager:*"]),
    ("AWSXRayDaemonWriteAccess", &["xray:PutTraceSegments", "xray:PutTelemetryRecords"]),
    (
        "service-role/AWSLambdaVPCAccessExecutionRole",
        &[
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DeleteNetworkInterface",
        ],
    ),
    ("service-role/AWSLambdaBasicExecutionRole", &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]),
];

pub(super) fn attach(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let arn = form.text("PolicyArn", &ARN)?;
    form.finish()?;
    call.world.iam.role(&name)?;
    if !arn.starts_with("arn:aws:iam::") {
        return Err(Refusal::new(400, "InvalidInput", format!("ARN {arn} is not valid.")));
    }
    if call.world.iam.managed(&arn)?.is_none() {
        let text = format!("Policy {arn} does not exist or is not attachable.");
        return Err(Refusal::new(404, "NoSuchEntity", text));
    }
    let role = call.world.iam.role(&name)?;
    if role.attached.contains(&arn) {
        return Ok(None);
    }
    if role.attached.len() >= MOST {
        return Err(limit_exceeded(format!("Cannot exceed quota for PoliciesPerRole: {MOST}")));
    }
    role.attached.push(arn);
    Ok(None)
}

pub(super) fn detach(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let arn = form.text("PolicyArn", &ARN)?;
    form.finish()?;
    let role = call.world.iam.role(&name)?;
    let Some(at) = role.attached.iter().position(|attached| *attached == arn) else {
        return Err(Refusal::new(404, "NoSuchEntity", format!("Policy {arn} was not found.")));
    };
    role.attached.remove(at);
    Ok(None)
}

pub(super) fn list(call: &mut Call<'_>, mut form: Form) -> Result<Option<String>, Refusal> {
    let name = form.text("RoleName", &ROLE_NAME)?;
    let prefix = form.optional("PathPrefix", &PATH_PREFIX)?.unwrap_or_else(|| "/".to_owned());
    let page = Page::read(&mut form)?;
    form.finish()?;
    let role = call.world.iam.role(&name)?;
    let within = role.attached.iter().filter(|arn| path(arn).starts_with(&prefix));
    let items: Vec<String> = within.map(|arn| member(arn)).collect();
    Ok(Some(page.xml("AttachedPolicies", &items)))
}

/// Whether the ARN is that of one of AWS's own policies.
pub(super) fn is_of_aws(arn: &str) -> bool {
    arn.starts_with(AWS)
}

/// The document of one of AWS's own policies, if the emulator knows it.
pub(super) fn document(arn: &str) -> Option<String> {
    let name = arn.strip_prefix(AWS)?;
    let (_, actions) = KNOWN.iter().find(|(known, _)| *known == name)?;
    Some(json!({"Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}).to_string())
}

/// `/service-role/` of `arn:aws:iam::aws:policy/service-role/Name`.
fn path(arn: &str) -> &str {
    let from = arn.find('/').unwrap_or(arn.len());
    let to = arn.rfind('/').map_or(arn.len(), |slash| slash + 1);
    &arn[from..to]
}

fn member(arn: &str) -> String {
    let name = arn.rsplit('/').next().unwrap_or(arn);
    element("PolicyName", name) + &element("PolicyArn", arn)
}
