//! The functions of an action group, between the manifest, the facts and Bedrock's schema.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use aws_sdk_bedrockagent::types::{Function, FunctionSchema, ParameterDetail, RequireConfirmation, Type};
use serde::Serialize;

use crate::manifest::{self, ParameterKind};

#[derive(Debug, Serialize)]
pub(super) struct FunctionSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    confirm: bool,
    parameters: BTreeMap<String, ParameterSpec>,
}

#[derive(Debug, Serialize)]
struct ParameterSpec {
    r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    required: bool,
}

/// What the manifest wants, by the functions' names.
pub(super) fn wanted(functions: &[manifest::Function]) -> BTreeMap<String, FunctionSpec> {
    let parameter = |(name, parameter): (&String, &manifest::Parameter)| {
        let spec = ParameterSpec {
            r#type: kind(parameter.kind).as_str().to_owned(),
            description: parameter.description.clone(),
            required: parameter.required,
        };
        (name.clone(), spec)
    };
    let function = |function: &manifest::Function| {
        let spec = FunctionSpec {
            description: function.description.clone(),
            confirm: function.confirm,
            parameters: function.parameters.iter().map(parameter).collect(),
        };
        (function.name.to_string(), spec)
    };
    functions.iter().map(function).collect()
}

/// What Bedrock has.
pub(super) fn seen(schema: FunctionSchema) -> BTreeMap<String, FunctionSpec> {
    let FunctionSchema::Functions(functions) = schema else { return BTreeMap::new() };
    let parameter = |(name, detail): (String, ParameterDetail)| {
        let spec = ParameterSpec {
            r#type: detail.r#type.as_str().to_owned(),
            description: detail.description,
            required: detail.required.unwrap_or(false),
        };
        (name, spec)
    };
    let function = |function: Function| {
        let spec = FunctionSpec {
            description: function.description,
            confirm: function.require_confirmation == Some(RequireConfirmation::Enabled),
            parameters: function.parameters.unwrap_or_default().into_iter().map(parameter).collect(),
        };
        (function.name, spec)
    };
    functions.into_iter().map(function).collect()
}

/// The manifest's functions as Bedrock takes them, in the manifest's order.
pub(super) fn schema(functions: &[manifest::Function]) -> Result<FunctionSchema> {
    let function = |function: &manifest::Function| {
        let confirm = if function.confirm { RequireConfirmation::Enabled } else { RequireConfirmation::Disabled };
        let parameters = function.parameters.iter().map(parameter).collect::<Result<HashMap<_, _>>>()?;
        let parameters = (!parameters.is_empty()).then_some(parameters);
        let builder = Function::builder().name(function.name.to_string()).set_description(function.description.clone());
        anyhow::Ok(builder.set_parameters(parameters).require_confirmation(confirm).build()?)
    };
    Ok(FunctionSchema::Functions(functions.iter().map(function).collect::<Result<_>>()?))
}

fn parameter((name, parameter): (&String, &manifest::Parameter)) -> Result<(String, ParameterDetail)> {
    let builder = ParameterDetail::builder().r#type(kind(parameter.kind)).required(parameter.required);
    Ok((name.clone(), builder.set_description(parameter.description.clone()).build()?))
}

fn kind(kind: ParameterKind) -> Type {
    match kind {
        ParameterKind::String => Type::String,
        ParameterKind::Number => Type::Number,
        ParameterKind::Integer => Type::Integer,
        ParameterKind::Boolean => Type::Boolean,
        ParameterKind::Array => Type::Array,
    }
}
