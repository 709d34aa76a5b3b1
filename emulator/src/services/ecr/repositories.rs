//! Creates, describes, changes and deletes repositories.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::answers::{check_name, is_account, no_repository, read, repository, repository_name, seconds};
use super::members::Members;
use super::paging::page;
use super::{Mutability, Repository, tags};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

const SETTINGS: [&str; 4] = ["MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"];

pub(super) fn create(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(
        body,
        "CreateRepository",
        &[
            "registryId",
            "repositoryName",
            "tags",
            "imageTagMutability",
            "imageTagMutabilityExclusionFilters",
            "imageScanningConfiguration",
            "encryptionConfiguration",
        ],
    )?;
    let name = repository_name(call, &members)?;
    let new = Repository {
        created_at: call.now,
        mutability: mutability(&members)?,
        scan_on_push: scan_on_push(&members)?,
        encryption: encryption(&members)?,
        tags: tags::read_tags(&members)?.unwrap_or_default(),
        policy: None,
        lifecycle: None,
        images: BTreeMap::new(),
        blobs: BTreeSet::new(),
    };
    let (account, region) = (call.account, call.region);
    let repositories = &mut call.region().ecr.repositories;
    if repositories.contains_key(name) {
        return Err(Refusal::new(
            400,
            "RepositoryAlreadyExistsException",
            format!("The repository with name '{name}' already exists in the registry with id '{account}'"),
        ));
    }
    let shown = show(name, &new, account, region);
    repositories.insert(name.to_owned(), new);
    Ok(Reply::wrote("CreateRepository", 200, json!({ "repository": shown })))
}

pub(super) fn describe(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "DescribeRepositories", &["registryId", "repositoryNames", "nextToken", "maxResults"])?;
    let (account, region) = (call.account, call.region);
    let names = members.texts("repositoryNames")?;
    if let Some(names) = &names {
        members.within("repositoryNames", "", names.len(), 1, 100)?;
        for name in names {
            check_name(&members, "repositoryNames", name)?;
        }
        if members.has("nextToken") || members.has("maxResults") {
            return Err(members.refuse("repositoryNames", None, "cannot be combined with 'nextToken' or 'maxResults'"));
        }
    }
    let registry = members.shaped("registryId", "[0-9]{12}", is_account)?;
    let elsewhere = registry.is_some_and(|registry| registry != account);
    let ecr = &call.region().ecr;
    let all: Vec<(&str, &Repository)> = match &names {
        // Another account's repositories are not to be seen.
        None if elsewhere => Vec::new(),
        Some(names) if elsewhere => return Err(no_repository(names[0], registry.unwrap_or(account))),
        None => ecr.repositories.iter().map(|(name, repository)| (name.as_str(), repository)).collect(),
        Some(names) => names
            .iter()
            .map(|name| Ok((*name, ecr.repositories.get(*name).ok_or_else(|| no_repository(name, account))?)))
            .collect::<Result<_, Refusal>>()?,
    };
    let (shown, next) = page(&members, all)?;
    let shown: Vec<Value> = shown.into_iter().map(|(name, found)| show(name, found, account, region)).collect();
    let mut answer = json!({ "repositories": shown });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(Reply::read("DescribeRepositories", answer))
}

pub(super) fn delete(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "DeleteRepository", &["registryId", "repositoryName", "force"])?;
    let force = members.flag("force")?.unwrap_or(false);
    let (account, region) = (call.account, call.region);
    let (name, found) = repository(call, &members)?;
    if !found.images.is_empty() && !force {
        return Err(Refusal::new(
            400,
            "RepositoryNotEmptyException",
            format!(
                "The repository with name '{name}' in registry with id '{account}' cannot be deleted because it \
                 still contains images"
            ),
        ));
    }
    let shown = show(name, found, account, region);
    let ecr = &mut call.region().ecr;
    ecr.repositories.remove(name);
    ecr.uploads.retain(|_, upload| upload.repository != name);
    Ok(Reply::wrote("DeleteRepository", 200, json!({ "repository": shown })))
}

pub(super) fn put_tag_mutability(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(
        body,
        "PutImageTagMutability",
        &["registryId", "repositoryName", "imageTagMutability", "imageTagMutabilityExclusionFilters"],
    )?;
    members.required("imageTagMutability", members.text("imageTagMutability")?)?;
    let mutability = mutability(&members)?;
    let account = call.account;
    let (name, found) = repository(call, &members)?;
    found.mutability = mutability;
    let mut answer = json!({ "registryId": account, "repositoryName": name });
    show_mutability(&found.mutability, &mut answer);
    Ok(Reply::wrote("PutImageTagMutability", 200, answer))
}

pub(super) fn put_scanning(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members =
        read(body, "PutImageScanningConfiguration", &["registryId", "repositoryName", "imageScanningConfiguration"])?;
    members.required("imageScanningConfiguration", members.has("imageScanningConfiguration").then_some(()))?;
    let scan_on_push = scan_on_push(&members)?;
    let account = call.account;
    let (name, found) = repository(call, &members)?;
    found.scan_on_push = scan_on_push;
    let answer = json!({
        "registryId": account,
        "repositoryName": name,
        "imageScanningConfiguration": { "scanOnPush": scan_on_push },
    });
    Ok(Reply::wrote("PutImageScanningConfiguration", 200, answer))
}

fn mutability(members: &Members<'_>) -> Result<Mutability, Refusal> {
    const FILTERS: &str = "imageTagMutabilityExclusionFilters";
    let setting = members.choice("imageTagMutability", &SETTINGS)?.unwrap_or("MUTABLE").to_owned();
    let mut exclusions = Vec::new();
    for filter in members.inners(FILTERS, &["filterType", "filter"])?.unwrap_or_default() {
        filter.required("filterType", filter.choice("filterType", &["WILDCARD"])?)?;
        let fits = |text: &str| {
            (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._*-".contains(&b))
        };
        let text = filter.required("filter", filter.shaped("filter", "^[0-9a-zA-Z._*-]{1,128}$", fits)?)?;
        exclusions.push(text.to_owned());
    }
    if members.has(FILTERS) {
        members.within(FILTERS, "", exclusions.len(), 1, 5)?;
    }
    if setting.ends_with("_WITH_EXCLUSION") == exclusions.is_empty() {
        return Err(members.refuse(FILTERS, None, "must be given with a setting WITH_EXCLUSION, and only with one"));
    }
    Ok(Mutability { setting, exclusions })
}

fn scan_on_push(members: &Members<'_>) -> Result<bool, Refusal> {
    let scanning = members.inner("imageScanningConfiguration", &["scanOnPush"])?;
    scanning.map_or(Ok(false), |scanning| Ok(scanning.flag("scanOnPush")?.unwrap_or(false)))
}

fn encryption(members: &Members<'_>) -> Result<(String, Option<String>), Refusal> {
    let Some(given) = members.inner("encryptionConfiguration", &["encryptionType", "kmsKey"])? else {
        return Ok(("AES256".to_owned(), None));
    };
    let kind = given.choice("encryptionType", &["AES256", "KMS", "KMS_DSSE"])?;
    let kind = given.required("encryptionType", kind)?;
    let key = given.sized("kmsKey", 1, 2048)?;
    if kind == "AES256" && key.is_some() {
        return Err(given.refuse("kmsKey", key, "can only be given with an encryption type of KMS or KMS_DSSE"));
    }
    Ok((kind.to_owned(), key.map(str::to_owned)))
}

fn show(name: &str, repository: &Repository, account: &str, region: &str) -> Value {
    let (kind, key) = &repository.encryption;
    let mut encryption = json!({ "encryptionType": kind });
    if kind != "AES256" {
        // Without a key of its own a repository takes the account's for ECR (API reference, EncryptionConfiguration).
        let own = || format!("arn:aws:kms:{region}:{account}:key/00000000-0000-0000-0000-0000000000ec");
        encryption["kmsKey"] = key.clone().unwrap_or_else(own).into();
    }
    let mut shown = json!({
        "repositoryArn": format!("arn:aws:ecr:{region}:{account}:repository/{name}"),
        "registryId": account,
        "repositoryName": name,
        "repositoryUri": format!("{account}.dkr.ecr.{region}.amazonaws.com/{name}"),
        "createdAt": seconds(repository.created_at),
        "imageScanningConfiguration": { "scanOnPush": repository.scan_on_push },
        "encryptionConfiguration": encryption,
    });
    show_mutability(&repository.mutability, &mut shown);
    shown
}

fn show_mutability(mutability: &Mutability, shown: &mut Value) {
    shown["imageTagMutability"] = mutability.setting.as_str().into();
    if !mutability.exclusions.is_empty() {
        let filters = mutability.exclusions.iter().map(|filter| json!({ "filterType": "WILDCARD", "filter": filter }));
        shown["imageTagMutabilityExclusionFilters"] = filters.collect();
    }
}
