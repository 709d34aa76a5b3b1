//! What the roles allow: the least that their work takes.

use serde_json::{Value, json};

use crate::aws::Site;
use crate::facts::{Key, Known};
use crate::manifest::Statement;

/// Who takes a role, and what for.
#[derive(Debug, Clone)]
pub enum Purpose {
    /// The function runs in it.
    Function {
        /// The log group it writes to.
        log_group: String,
        /// The Pinpoint application it reads.
        application: Option<Key>,
        /// What the manifest allows it further.
        permissions: Vec<Statement>,
    },
    /// The agent calls its model in it.
    Agent(Model),
}

/// The model an agent calls.
#[derive(Debug, Clone)]
pub enum Model {
    /// A foundation model, by id or ARN.
    Foundation(String),
    /// An inference profile, with the models in every region it routes to.
    Profile(Key),
}

impl Purpose {
    /// What the policies name and so must be known first.
    pub fn names(&self) -> Vec<Key> {
        match self {
            Self::Function { application, .. } => application.iter().cloned().collect(),
            Self::Agent(Model::Profile(profile)) => vec![profile.clone()],
            Self::Agent(Model::Foundation(_)) => Vec::new(),
        }
    }

    /// Who may take the role.
    pub fn trust(&self, site: &Site) -> Value {
        let service = match self {
            Self::Function { .. } => "lambda.amazonaws.com",
            Self::Agent(_) => "bedrock.amazonaws.com",
        };
        let mut statement = json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"});
        if let Self::Agent(_) = self {
            // Only for agents of this account and region: else anybody's agent could be given our role.
            statement["Condition"] = json!({
                "StringEquals": {"aws:SourceAccount": site.account},
                "ArnLike": {"aws:SourceArn": site.agent_arn("*")},
            });
        }
        document(&[statement])
    }

    /// What the role may do.
    pub fn policy(&self, known: &Known) -> Value {
        let site = &known.site;
        match self {
            Self::Function { log_group, application, permissions } => {
                let mut statements = vec![logs(site, log_group)];
                statements.extend(application.as_ref().map(|key| pinpoint(site, &known.identity(key))));
                let further = |statement: &Statement| allow(None, &statement.actions, &statement.resources);
                statements.extend(permissions.iter().map(further));
                document(&statements)
            }
            Self::Agent(Model::Foundation(id)) => {
                let arn = if id.starts_with("arn:") { id.clone() } else { site.model_arn(id) };
                document(&[allow(Some("Model"), &INVOKE, &[arn])])
            }
            Self::Agent(Model::Profile(key)) => {
                // The identity of a profile is its ARN and, behind it, those of its models.
                let identity = known.identity(key);
                let mut arns = identity.split(' ').map(str::to_owned);
                let profile: Vec<String> = arns.by_ref().take(1).collect();
                let models: Vec<String> = arns.collect();
                let mut statements = vec![allow(Some("Profile"), &INVOKE_PROFILE, &profile)];
                if !models.is_empty() {
                    statements.push(allow(Some("Models"), &INVOKE, &models));
                }
                document(&statements)
            }
        }
    }
}

const INVOKE: [&str; 2] = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];
const INVOKE_PROFILE: [&str; 3] =
    ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:GetInferenceProfile"];
const PINPOINT_READS: [&str; 4] = [
    "mobiletargeting:GetCampaigns",
    "mobiletargeting:GetCampaignVersions",
    "mobiletargeting:GetCampaignActivities",
    "mobiletargeting:GetCampaignDateRangeKpi",
];

/// Writing to the function's own log group. Not creating it: that would bring it back after it was deleted.
fn logs(site: &Site, log_group: &str) -> Value {
    let streams = format!("{}:*", site.log_group_arn(log_group));
    allow(Some("Logs"), &["logs:CreateLogStream", "logs:PutLogEvents"], &[streams])
}

fn pinpoint(site: &Site, application: &str) -> Value {
    let arn = site.application_arn(application);
    allow(Some("Pinpoint"), &PINPOINT_READS, &[format!("{arn}/*"), arn])
}

fn allow(sid: Option<&str>, actions: &[impl AsRef<str>], resources: &[impl AsRef<str>]) -> Value {
    let list = |items: Vec<&str>| Value::from(items);
    let mut statement = json!({
        "Effect": "Allow",
        "Action": list(actions.iter().map(AsRef::as_ref).collect()),
        "Resource": list(resources.iter().map(AsRef::as_ref).collect()),
    });
    if let Some(sid) = sid {
        statement["Sid"] = sid.into();
    }
    statement
}

fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// A document in the one form that is compared: IAM takes a single value for a list of one, and lists in any order.
pub fn normal(document: Value) -> Value {
    match document {
        Value::Object(members) => {
            let member = |(name, value): (String, Value)| {
                let value = normal(value);
                let value = match value {
                    Value::Object(_) if name == "Statement" => Value::Array(vec![value]),
                    Value::String(_) if is_list(&name) => Value::Array(vec![value]),
                    value => value,
                };
                (name, value)
            };
            let mut members: Vec<(String, Value)> = members.into_iter().map(member).collect();
            members.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(normal).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        value => value,
    }
}

/// Characters that IAM has for all inline policies of a role together, blanks not counted.
pub const ROOM: usize = 10_240;

/// What a policy takes of that.
pub fn size(policy: &Value) -> usize {
    policy.to_string().chars().filter(|character| !character.is_whitespace()).count()
}

/// All that two policies allow.
pub fn union(wanted: &Value, live: &Value) -> Value {
    let statements = |policy: &Value| policy["Statement"].as_array().cloned().unwrap_or_default();
    let mut all = statements(wanted);
    let known: Vec<Value> = all.iter().cloned().map(normal).collect();
    for mut statement in statements(&normal(live.clone())) {
        if known.contains(&statement) {
            continue;
        }
        // Two statements of one policy can't have the same id.
        if let Some(members) = statement.as_object_mut() {
            members.remove("Sid");
        }
        all.push(statement);
    }
    document(&all)
}

/// Members that hold a list of texts, be it of one.
fn is_list(name: &str) -> bool {
    matches!(name, "Action" | "NotAction" | "Resource" | "NotResource" | "Service" | "AWS") || name.contains(':')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{normal, union};

    #[test]
    fn single_values_and_lists_of_one_are_the_same_policy_in_any_order() {
        let one =
            json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "a:B", "Resource": ["y", "x"]}});
        let other = json!({"Statement": [{"Resource": ["x", "y"], "Action": ["a:B"], "Effect": "Allow"}], "Version": "2012-10-17"});
        assert_eq!(normal(one), normal(other));
    }

    #[test]
    fn a_union_allows_both_and_repeats_no_id() {
        let allow = |sid: &str, resource: &str| json!({"Sid": sid, "Effect": "Allow", "Action": ["a:B"], "Resource": [resource]});
        let policy = |statements| json!({"Version": "2012-10-17", "Statement": statements});
        let wanted = policy(vec![allow("Model", "new"), allow("Logs", "logs")]);
        let live = policy(vec![allow("Model", "old"), allow("Logs", "logs")]);
        let both = union(&wanted, &live);
        let statements = both["Statement"].as_array().unwrap();
        assert_eq!(statements.len(), 3, "{both}");
        assert!(statements[2].get("Sid").is_none() && statements[2]["Resource"][0] == "old", "{both}");
        assert_eq!(union(&wanted, &wanted), wanted);
    }
}
