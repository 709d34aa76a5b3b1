//! ECR as a client meets it: raw requests, and the answers and refusals of AWS.

#[path = "ecr/account.rs"]
mod account;

use account::{Account, OCI_INDEX, OCI_MANIFEST, Picture, layer};
use serde_json::{Value, json};

const ARN: &str = "arn:aws:ecr:ap-northeast-1:123456789012:repository/openrate";

async fn with_repository() -> Account {
    let account = Account::new();
    let (status, answer) = account.ecr("CreateRepository", json!({ "repositoryName": "openrate" })).await;
    assert_eq!(status, 200, "{answer}");
    account
}

/// Checks that each request is refused with this code, in words that hold this text.
async fn assert_refused(account: &Account, table: &[(&str, Value, &str, &str)]) {
    for (operation, body, code, text) in table {
        let (status, answer) = account.ecr(operation, body.clone()).await;
        assert_eq!((status, answer["__type"].as_str()), (400, Some(*code)), "{operation} {body}: {answer}");
        let message = answer["message"].as_str().expect("a message");
        assert!(message.contains(text), "{operation} {body}: {message}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_repository_is_shown_as_aws_shows_it() {
    let account = Account::new();
    let body = json!({ "repositoryName": "team/openrate", "tags": [{ "Key": "team", "Value": "marketing" }] });
    let (status, answer) = account.ecr("CreateRepository", body).await;
    let expected = json!({
        "repositoryArn": "arn:aws:ecr:ap-northeast-1:123456789012:repository/team/openrate",
        "registryId": "123456789012",
        "repositoryName": "team/openrate",
        "repositoryUri": "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/team/openrate",
        "createdAt": 1_795_338_000.0,
        "imageScanningConfiguration": { "scanOnPush": false },
        "encryptionConfiguration": { "encryptionType": "AES256" },
        "imageTagMutability": "MUTABLE",
    });
    assert_eq!((status, &answer["repository"]), (200, &expected));
    let (_, answer) = account.ecr("DescribeRepositories", json!({ "repositoryNames": ["team/openrate"] })).await;
    assert_eq!(answer["repositories"], json!([expected]));
    let arn = &expected["repositoryArn"];
    let (_, answer) = account.ecr("ListTagsForResource", json!({ "resourceArn": arn })).await;
    assert_eq!(answer, json!({ "tags": [{ "Key": "team", "Value": "marketing" }] }));
}

#[tokio::test(start_paused = true)]
async fn what_ecr_refuses_is_refused() {
    let account = with_repository().await;
    let name = "openrate";
    let missing = "The repository with name 'none' does not exist in the registry with id '123456789012'";
    let table = [
        (
            "CreateRepository",
            json!({ "repositoryName": name }),
            "RepositoryAlreadyExistsException",
            "The repository with name 'openrate' already exists in the registry with id '123456789012'",
        ),
        ("CreateRepository", json!({}), "InvalidParameterException", "Invalid parameter at 'repositoryName'"),
        (
            "CreateRepository",
            json!({ "repositoryName": "OpenRate" }),
            "InvalidParameterException",
            "must satisfy regular expression",
        ),
        ("CreateRepository", json!({ "repositoryName": "a" }), "InvalidParameterException", "length greater than"),
        (
            "CreateRepository",
            json!({ "repositoryName": "ab", "imageTagMutability": "FIXED" }),
            "InvalidParameterException",
            "enum value set: [MUTABLE, IMMUTABLE",
        ),
        (
            "CreateRepository",
            json!({ "repositoryName": "ab", "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION" }),
            "InvalidParameterException",
            "imageTagMutabilityExclusionFilters",
        ),
        (
            "CreateRepository",
            json!({ "repositoryName": "ab", "tags": [{ "Key": "aws:x", "Value": "" }] }),
            "InvalidTagParameterException",
            "reserved",
        ),
        ("CreateRepository", json!({ "repositoryName": 7 }), "SerializationException", "a string"),
        ("DescribeRepositories", json!({ "repositoryNames": ["none"] }), "RepositoryNotFoundException", missing),
        ("DescribeRepositories", json!({ "maxResults": 0 }), "InvalidParameterException", "greater than or equal to 1"),
        ("DescribeRepositories", json!({ "nextToken": "?" }), "InvalidParameterException", "nextToken"),
        ("DeleteRepository", json!({ "repositoryName": "none" }), "RepositoryNotFoundException", missing),
        ("DescribeImages", json!({ "repositoryName": "none" }), "RepositoryNotFoundException", missing),
        (
            "DescribeImages",
            json!({ "repositoryName": name, "imageIds": [{ "imageTag": "v1" }] }),
            "ImageNotFoundException",
            "The image with imageId {imageDigest:'null', imageTag:'v1'} does not exist within the repository with name \
          'openrate' in the registry with id '123456789012'",
        ),
        (
            "DescribeImages",
            json!({ "repositoryName": name, "registryId": "999999999999" }),
            "RepositoryNotFoundException",
            "999999999999",
        ),
        ("BatchGetImage", json!({ "repositoryName": name }), "InvalidParameterException", "imageIds"),
        (
            "GetRepositoryPolicy",
            json!({ "repositoryName": name }),
            "RepositoryPolicyNotFoundException",
            "Repository policy does not exist for the repository with name 'openrate'",
        ),
        (
            "SetRepositoryPolicy",
            json!({ "repositoryName": name, "policyText": "{}" }),
            "InvalidParameterException",
            "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
        ),
        (
            "GetLifecyclePolicy",
            json!({ "repositoryName": name }),
            "LifecyclePolicyNotFoundException",
            "Lifecycle policy does not exist",
        ),
        (
            "PutLifecyclePolicy",
            json!({ "repositoryName": name, "lifecyclePolicyText": "{}" }),
            "InvalidParameterException",
            "length greater than or equal to 100",
        ),
        (
            "PutLifecyclePolicy",
            json!({ "repositoryName": name, "lifecyclePolicyText": format!("{{\"rules\":[]{}}}", " ".repeat(100)) }),
            "InvalidParameterException",
            "Lifecycle policy validation failure",
        ),
        ("ListTagsForResource", json!({ "resourceArn": "openrate" }), "InvalidParameterException", "Invalid ARN"),
        ("TagResource", json!({ "resourceArn": ARN }), "InvalidParameterException", "tags"),
    ];
    assert_refused(&account, &table).await;
}

#[tokio::test(start_paused = true)]
async fn an_unknown_operation_or_member_is_answered_loudly() {
    let account = with_repository().await;
    let (status, answer) = account.ecr("DescribeRegistry", json!({})).await;
    assert_eq!(status, 501, "{answer}");
    let (status, answer) = account.ecr("DescribeImages", json!({ "repositoryName": "openrate", "ids": [] })).await;
    assert_eq!(status, 501);
    assert!(answer["message"].as_str().expect("text").contains("the member ids of DescribeImages"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn repositories_come_in_pages() {
    let account = Account::new();
    for name in ["aa", "bb", "cc"] {
        account.ecr("CreateRepository", json!({ "repositoryName": name })).await;
    }
    let (_, first) = account.ecr("DescribeRepositories", json!({ "maxResults": 2 })).await;
    assert_eq!(first["repositories"].as_array().expect("a list").len(), 2);
    let next = json!({ "maxResults": 2, "nextToken": first["nextToken"] });
    let (_, second) = account.ecr("DescribeRepositories", next).await;
    assert_eq!(second["repositories"][0]["repositoryName"], "cc");
    assert!(second.get("nextToken").is_none());
    let (_, elsewhere) = account.ecr_in("us-east-1", "DescribeRepositories", json!({})).await;
    assert_eq!(elsewhere["repositories"], json!([]), "a region sees its own only");
}

#[tokio::test(start_paused = true)]
async fn tags_and_settings_of_a_repository_can_be_changed() {
    let account = with_repository().await;
    let tags = json!({ "resourceArn": ARN, "tags": [{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }] });
    assert_eq!(account.ecr("TagResource", tags).await, (200, json!({})));
    account.ecr("UntagResource", json!({ "resourceArn": ARN, "tagKeys": ["a", "z"] })).await;
    let (_, answer) = account.ecr("ListTagsForResource", json!({ "resourceArn": ARN })).await;
    assert_eq!(answer["tags"], json!([{ "Key": "b", "Value": "2" }]));

    let body = json!({ "repositoryName": "openrate", "imageTagMutability": "IMMUTABLE" });
    let (_, answer) = account.ecr("PutImageTagMutability", body).await;
    assert_eq!(answer["imageTagMutability"], "IMMUTABLE");
    let body = json!({ "repositoryName": "openrate", "imageScanningConfiguration": { "scanOnPush": true } });
    let (_, answer) = account.ecr("PutImageScanningConfiguration", body).await;
    assert_eq!(answer["imageScanningConfiguration"]["scanOnPush"], true);
    let (_, answer) = account.ecr("DescribeRepositories", json!({})).await;
    let shown = &answer["repositories"][0];
    assert_eq!(
        (&shown["imageTagMutability"], &shown["imageScanningConfiguration"]["scanOnPush"]),
        (&json!("IMMUTABLE"), &json!(true))
    );
}

#[tokio::test(start_paused = true)]
async fn policies_are_kept_given_back_and_deleted() {
    let account = with_repository().await;
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "pull", "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage" }
    ] })
    .to_string();
    let lifecycle = json!({ "rules": [{
        "rulePriority": 1,
        "description": "keep ten images",
        "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10 },
        "action": { "type": "expire" },
    }] })
    .to_string();
    for (noun, member, text) in
        [("RepositoryPolicy", "policyText", policy), ("LifecyclePolicy", "lifecyclePolicyText", lifecycle)]
    {
        let set = if noun == "RepositoryPolicy" { "Set" } else { "Put" };
        let (status, _) =
            account.ecr(&format!("{set}{noun}"), json!({ "repositoryName": "openrate", member: text })).await;
        assert_eq!(status, 200, "{noun}");
        for operation in ["Get", "Delete"] {
            let (_, answer) = account.ecr(&format!("{operation}{noun}"), json!({ "repositoryName": "openrate" })).await;
            assert_eq!(answer[member], text.as_str(), "{operation}{noun}");
        }
        let (status, _) = account.ecr(&format!("Get{noun}"), json!({ "repositoryName": "openrate" })).await;
        assert_eq!(status, 400, "{noun} is gone");
    }
}

#[tokio::test(start_paused = true)]
async fn images_are_described_by_tag_digest_and_filter() {
    let account = with_repository().await;
    let old = account.push("openrate", "v1", Picture::default()).await;
    let new = account.push("openrate", "v1", Picture { layer: layer(&["b"]), ..Picture::default() }).await;
    assert_ne!(old, new);
    let ids = json!({ "repositoryName": "openrate", "imageIds": [{ "imageTag": "v1" }, { "imageDigest": old }] });
    let (_, answer) = account.ecr("DescribeImages", ids).await;
    let details = &answer["imageDetails"];
    assert_eq!(details[0]["imageDigest"], new.as_str());
    assert_eq!(details[0]["imageTags"], json!(["v1"]));
    assert_eq!(details[0]["imageManifestMediaType"], OCI_MANIFEST);
    assert_eq!(details[0]["imageStatus"], "ACTIVE");
    assert!(details[1].get("imageTags").is_none(), "the tag has moved");
    for (status, digest) in [("TAGGED", &new), ("UNTAGGED", &old)] {
        let body = json!({ "repositoryName": "openrate", "filter": { "tagStatus": status } });
        let (_, answer) = account.ecr("ListImages", body).await;
        let ids = answer["imageIds"].as_array().expect("a list");
        assert_eq!((ids.len(), ids[0]["imageDigest"].as_str()), (1, Some(digest.as_str())), "{status}");
    }
    let both = json!({ "repositoryName": "openrate", "imageIds": [{ "imageTag": "v1", "imageDigest": old }, {}] });
    let (_, answer) = account.ecr("BatchGetImage", both).await;
    let codes: Vec<&Value> =
        answer["failures"].as_array().expect("a list").iter().map(|one| &one["failureCode"]).collect();
    assert_eq!(codes, ["ImageTagDoesNotMatchDigest", "MissingDigestAndTag"]);
}

#[tokio::test(start_paused = true)]
async fn an_image_goes_with_its_last_tag_but_not_from_under_an_index() {
    let account = with_repository().await;
    let digest = account.push("openrate", "v1", Picture::default()).await;
    let (_, answer) =
        account.ecr("BatchGetImage", json!({ "repositoryName": "openrate", "imageIds": [{ "imageTag": "v1" }] })).await;
    let size = answer["images"][0]["imageManifest"].as_str().expect("a manifest").len();
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [
        { "mediaType": OCI_MANIFEST, "digest": digest, "size": size }
    ] });
    let index = account.push_manifest("openrate", "all", OCI_INDEX, &index).await;
    let delete = |id: Value| json!({ "repositoryName": "openrate", "imageIds": [id] });
    let (_, answer) = account.ecr("BatchDeleteImage", delete(json!({ "imageDigest": digest }))).await;
    assert_eq!(answer["failures"][0]["failureCode"], "ImageReferencedByManifestList", "{answer}");
    let (_, answer) = account.ecr("BatchDeleteImage", delete(json!({ "imageTag": "all" }))).await;
    assert_eq!(answer["imageIds"], json!([{ "imageDigest": index, "imageTag": "all" }]));
    let (_, answer) = account.ecr("BatchDeleteImage", delete(json!({ "imageTag": "v1" }))).await;
    assert_eq!(answer["imageIds"], json!([{ "imageDigest": digest, "imageTag": "v1" }]));
    let (_, answer) = account.ecr("ListImages", json!({ "repositoryName": "openrate" })).await;
    assert_eq!(answer["imageIds"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_repository_with_images_is_deleted_by_force_only() {
    let account = with_repository().await;
    account.push("openrate", "v1", Picture::default()).await;
    let refused = (
        "DeleteRepository",
        json!({ "repositoryName": "openrate" }),
        "RepositoryNotEmptyException",
        "The repository with name 'openrate' in registry with id '123456789012' cannot be deleted because it still \
         contains images",
    );
    assert_refused(&account, &[refused]).await;
    let (status, _) = account.ecr("DeleteRepository", json!({ "repositoryName": "openrate", "force": true })).await;
    assert_eq!(status, 200);
    let (_, answer) = account.ecr("DescribeRepositories", json!({})).await;
    assert_eq!(answer["repositories"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_token_names_its_end_and_where_to_use_it() {
    let account = Account::new();
    let (status, answer) = account.ecr("GetAuthorizationToken", json!({})).await;
    let data = &answer["authorizationData"][0];
    assert_eq!(status, 200);
    assert_eq!(data["expiresAt"], 1_795_338_000.0 + 12.0 * 3600.0);
    assert_eq!(data["proxyEndpoint"], "http://127.0.0.1:4566");
}

#[tokio::test(start_paused = true)]
async fn members_that_aws_fills_in_are_filled_in() {
    let account = with_repository().await;
    let sealed = json!({ "repositoryName": "sealed", "encryptionConfiguration": { "encryptionType": "KMS" } });
    let (_, answer) = account.ecr("CreateRepository", sealed).await;
    let key = answer["repository"]["encryptionConfiguration"]["kmsKey"].as_str().expect("a key");
    assert!(key.starts_with("arn:aws:kms:ap-northeast-1:123456789012:key/"), "{key}");
    let (status, answer) = account.ecr("DescribeRepositories", json!({ "registryId": "999999999999" })).await;
    assert_eq!((status, &answer["repositories"]), (200, &json!([])), "another account's are not to be seen");
    let policy = json!({ "rules": [{ "rulePriority": 1, "action": { "type": "expire" }, "selection": {
        "tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 10 } }] });
    let put = json!({ "repositoryName": "sealed", "lifecyclePolicyText": policy.to_string() });
    assert_eq!(account.ecr("PutLifecyclePolicy", put).await.0, 200);
    for operation in ["GetLifecyclePolicy", "DeleteLifecyclePolicy"] {
        let (_, answer) = account.ecr(operation, json!({ "repositoryName": "sealed" })).await;
        assert_eq!(answer["lastEvaluatedAt"], 0.0, "{operation}: {answer}");
    }
}
