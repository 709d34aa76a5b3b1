//! The registry as a client that pushes and pulls meets it.

#[path = "ecr/account.rs"]
mod account;

use std::time::Duration;

use account::{Account, OCI_INDEX, OCI_MANIFEST, Picture, digest_of, header, layer, parsed};
use http::Request;
use serde_json::{Value, json};

const OCTETS: &str = "application/octet-stream";

async fn with_repository(settings: Value) -> Account {
    let account = Account::new();
    let mut body = settings;
    body["repositoryName"] = "openrate".into();
    let (status, answer) = account.ecr("CreateRepository", body).await;
    assert_eq!(status, 200, "{answer}");
    account
}

fn code(answer: &http::Response<bytes::Bytes>) -> (u16, String) {
    let body = parsed(answer);
    (answer.status().as_u16(), body["errors"][0]["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(start_paused = true)]
async fn without_the_password_the_door_stays_shut() {
    let account = with_repository(json!({})).await;
    for (path, password) in [
        ("/v2/", None),
        ("/v2/openrate/manifests/v1", None),
        ("/v2/", Some("Basic QVdTOmd1ZXNz")),
        ("/v2/", Some("Bearer abc")),
    ] {
        let request = Request::builder().uri(path);
        let request = password.into_iter().fold(request, |request, given| request.header("authorization", given));
        let answer = account.send(request, Vec::new()).await;
        assert_eq!(code(&answer), (401, "UNAUTHORIZED".to_owned()), "{path} {password:?}");
        assert!(header(&answer, "www-authenticate").starts_with("Basic realm="));
    }
    assert_eq!(account.registry("GET", "/v2/", OCTETS, "").await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_password_ends_after_twelve_hours() {
    let account = with_repository(json!({})).await;
    let password = account.registry_password().await;
    tokio::time::sleep(Duration::from_hours(12)).await;
    let answer = account.send(Request::builder().uri("/v2/").header("authorization", password), Vec::new()).await;
    assert_eq!(code(&answer), (403, "DENIED".to_owned()));
    let message = parsed(&answer)["errors"][0]["message"].clone();
    assert_eq!(message, "Your authorization token has expired. Reauthenticate and try again.");
}

#[tokio::test(start_paused = true)]
async fn a_blob_goes_up_in_parts_and_comes_down_whole() {
    let account = with_repository(json!({})).await;
    let digest = digest_of(b"first second");
    let blob = format!("/v2/openrate/blobs/{digest}");
    assert_eq!(account.registry("HEAD", &blob, OCTETS, "").await.status(), 404);
    let begun = account.registry("POST", "/v2/openrate/blobs/uploads/?mount=sha256:0&from=other", OCTETS, "").await;
    assert_eq!(begun.status(), 202, "mounting is off by default");
    let place = header(&begun, "location");
    assert!(place.starts_with("/v2/openrate/blobs/uploads/") && place.contains('?'), "{place}");
    for (part, range) in [("first ", "0-5"), ("second", "0-11")] {
        let answer = account.registry("PATCH", &place, OCTETS, part).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "range").as_str()), (202, range));
    }
    let answer = account.registry("PUT", &format!("{place}&digest={digest}"), OCTETS, "").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (201, blob.clone()));
    let head = account.registry("HEAD", &blob, OCTETS, "").await;
    assert_eq!((head.status().as_u16(), header(&head, "content-length").as_str()), (200, "12"));
    assert_eq!(account.registry("GET", &blob, OCTETS, "").await.body().as_ref(), b"first second");
    let again = account.registry("PUT", &format!("{place}&digest={digest}"), OCTETS, "").await;
    assert_eq!(code(&again), (404, "BLOB_UPLOAD_UNKNOWN".to_owned()), "the upload has ended");
}

#[tokio::test(start_paused = true)]
async fn uploads_that_go_wrong_are_refused() {
    let account = with_repository(json!({})).await;
    let begun = account.registry("POST", "/v2/openrate/blobs/uploads/", OCTETS, "").await;
    let place = header(&begun, "location");
    let bare = place.split('?').next().expect("a path");
    let wrong = digest_of(b"other");
    for (method, path, status, expected) in [
        ("PUT", format!("{place}&digest={wrong}"), 400, "DIGEST_INVALID"),
        ("PUT", place.clone(), 400, "DIGEST_INVALID"),
        ("PUT", format!("{bare}?digest={wrong}"), 400, "BLOB_UPLOAD_INVALID"),
        ("PATCH", "/v2/openrate/blobs/uploads/none?_state=0".to_owned(), 404, "BLOB_UPLOAD_UNKNOWN"),
        ("POST", format!("/v2/openrate/blobs/uploads/?digest={wrong}"), 400, "DIGEST_INVALID"),
        ("POST", "/v2/none/blobs/uploads/".to_owned(), 404, "NAME_UNKNOWN"),
    ] {
        let answer = account.registry(method, &path, OCTETS, "content").await;
        assert_eq!(code(&answer), (status, expected.to_owned()), "{method} {path}");
    }
    let password = account.registry_password().await;
    let request = Request::builder().method("PATCH").uri(&place).header("authorization", password);
    let answer = account.send(request.header("content-range", "5-9"), b"later".to_vec()).await;
    assert_eq!(code(&answer), (416, "BLOB_UPLOAD_INVALID".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn an_image_is_pulled_as_it_was_pushed() {
    let account = with_repository(json!({})).await;
    let digest = account.push("openrate", "v1", Picture::default()).await;
    for reference in ["v1", digest.as_str()] {
        let path = format!("/v2/openrate/manifests/{reference}");
        let answer = account.registry("GET", &path, OCTETS, "").await;
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "content-type"), OCI_MANIFEST);
        assert_eq!(digest_of(answer.body()), digest);
        let head = account.registry("HEAD", &path, OCTETS, "").await;
        assert_eq!(header(&head, "docker-content-digest"), digest);
        assert_eq!(header(&head, "content-length"), answer.body().len().to_string());
        assert!(head.body().is_empty());
    }
    let tags = account.registry("GET", "/v2/openrate/tags/list", OCTETS, "").await;
    assert_eq!(parsed(&tags), json!({ "name": "openrate", "tags": ["v1"] }));
    let unknown = account.registry("GET", "/v2/openrate/manifests/v2", OCTETS, "").await;
    assert_eq!(code(&unknown), (404, "MANIFEST_UNKNOWN".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn tags_are_listed_in_pages() {
    let account = with_repository(json!({})).await;
    for tag in ["a", "b", "c"] {
        account.push("openrate", tag, Picture::default()).await;
    }
    let first = account.registry("GET", "/v2/openrate/tags/list?n=2", OCTETS, "").await;
    assert_eq!(parsed(&first)["tags"], json!(["a", "b"]));
    assert_eq!(header(&first, "link"), "</v2/openrate/tags/list?n=2&last=b>; rel=\"next\"");
    let second = account.registry("GET", "/v2/openrate/tags/list?n=2&last=b", OCTETS, "").await;
    assert_eq!((&parsed(&second)["tags"], header(&second, "link").as_str()), (&json!(["c"]), ""));
    assert_eq!(account.registry("GET", "/v2/openrate/tags/list?n=1001", OCTETS, "").await.status(), 400);
}

#[tokio::test(start_paused = true)]
async fn a_manifest_must_be_whole_and_all_it_names_must_be_there() {
    let account = with_repository(json!({})).await;
    let config = account.push_blob("openrate", "application/vnd.oci.image.config.v1+json", b"{}").await;
    let absent = json!({ "mediaType": account::GZIP_LAYER, "digest": digest_of(b"absent"), "size": 6 });
    let mut wrong_size = config.clone();
    wrong_size["size"] = 3.into();
    let image = |config: &Value, layers: Value| {
        json!({ "schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": layers }).to_string()
    };
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [absent] }).to_string();
    let good = image(&config, json!([]));
    for (reference, kind, body, status, expected) in [
        ("v1", OCI_MANIFEST, "{".to_owned(), 400, "MANIFEST_INVALID"),
        ("v1", OCI_MANIFEST, "{}".to_owned(), 400, "MANIFEST_INVALID"),
        ("v1", OCI_INDEX, good.clone(), 400, "MANIFEST_INVALID"),
        ("v1", OCTETS, json!({ "schemaVersion": 2 }).to_string(), 400, "MANIFEST_INVALID"),
        ("v1", OCI_MANIFEST, image(&config, json!([absent])), 404, "MANIFEST_BLOB_UNKNOWN"),
        ("v1", OCI_MANIFEST, image(&wrong_size, json!([])), 400, "MANIFEST_INVALID"),
        ("v1", OCI_INDEX, index, 404, "MANIFEST_BLOB_UNKNOWN"),
        ("-v1", OCI_MANIFEST, good.clone(), 400, "TAG_INVALID"),
        (&digest_of(b"other"), OCI_MANIFEST, good.clone(), 400, "DIGEST_INVALID"),
    ] {
        let answer = account.registry("PUT", &format!("/v2/openrate/manifests/{reference}"), kind, body.clone()).await;
        assert_eq!(code(&answer), (status, expected.to_owned()), "{reference} {kind} {body}");
    }
    let answer = account.registry("PUT", "/v2/openrate/manifests/v1", OCI_MANIFEST, good).await;
    assert_eq!(answer.status(), 201);
}

#[tokio::test(start_paused = true)]
async fn an_immutable_tag_stays_with_its_image() {
    let account = with_repository(json!({
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": [{ "filterType": "WILDCARD", "filter": "dev-*" }],
    }))
    .await;
    let first = account.push("openrate", "v1", Picture::default()).await;
    assert_eq!(account.push("openrate", "v1", Picture::default()).await, first, "the same image again is no change");
    let config = account.push_blob("openrate", "application/vnd.oci.image.config.v1+json", b"{}").await;
    let other = json!({ "schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": [] }).to_string();
    let answer = account.registry("PUT", "/v2/openrate/manifests/v1", OCI_MANIFEST, other).await;
    assert_eq!(code(&answer), (400, "TAG_INVALID".to_owned()));
    let text = "The image tag 'v1' already exists in the 'openrate' repository and cannot be overwritten because the \
                tag is immutable.";
    assert_eq!(parsed(&answer)["errors"][0]["message"], text);
    account.push("openrate", "dev-1", Picture::default()).await;
    let moved = account.push("openrate", "dev-1", Picture { layer: layer(&["b"]), ..Picture::default() }).await;
    assert_ne!(moved, first, "an excluded tag moves");
}

#[tokio::test(start_paused = true)]
async fn anyone_reads_the_base_images_and_nobody_writes_them() {
    let account = Account::new();
    let pull = async |path: String| account.send(Request::builder().uri(path), Vec::new()).await;
    for (repository, tag) in [("python", "3.9"), ("python", "3.14"), ("nodejs", "24"), ("provided", "al2023")] {
        let index = pull(format!("/v2/lambda/{repository}/manifests/{tag}")).await;
        assert_eq!((index.status().as_u16(), header(&index, "content-type").as_str()), (200, OCI_INDEX));
        assert_eq!(header(&index, "docker-content-digest"), digest_of(index.body()));
        let children = parsed(&index)["manifests"].clone();
        for (at, architecture) in ["amd64", "arm64"].into_iter().enumerate() {
            assert_eq!(children[at]["platform"], json!({ "architecture": architecture, "os": "linux" }));
            let digest = children[at]["digest"].as_str().expect("a digest");
            let manifest = parsed(&pull(format!("/v2/lambda/{repository}/manifests/{digest}")).await);
            let config = manifest["config"]["digest"].as_str().expect("a digest");
            let config = parsed(&pull(format!("/v2/lambda/{repository}/blobs/{config}")).await);
            assert_eq!(config["architecture"], architecture);
            assert_eq!(config["config"]["Entrypoint"], json!(["/lambda-entrypoint.sh"]));
            let layer = &manifest["layers"][0];
            let bytes = pull(format!("/v2/lambda/{repository}/blobs/{}", layer["digest"].as_str().expect("one"))).await;
            assert_eq!(layer["size"], bytes.body().len());
        }
    }
    assert_eq!(pull("/v2/lambda/python/manifests/2.7".to_owned()).await.status(), 404);
    let write = Request::builder().method("PUT").uri("/v2/lambda/python/manifests/3.13");
    assert_eq!(account.send(write, Vec::new()).await.status(), 401);
}

#[tokio::test(start_paused = true)]
async fn a_base_image_goes_by_all_the_names_that_aws_gives_it() {
    let account = Account::new();
    let digest = async |path: &str| {
        let request = Request::builder().uri(format!("/v2/{path}"));
        header(&account.send(request, Vec::new()).await, "docker-content-digest")
    };
    let index = digest("lambda/python/manifests/3.12").await;
    for path in ["lambda/python/manifests/3.12.2024.01.05.15", "amazon/aws-lambda-python/manifests/3.12"] {
        assert_eq!(digest(path).await, index, "{path}");
    }
    let arm = digest("lambda/python/manifests/3.12-arm64").await;
    assert_eq!(digest("lambda/python/manifests/3.12.2024.01.05.15-arm64").await, arm);
    assert_ne!(arm, digest("lambda/python/manifests/3.12-x86_64").await);
    assert_eq!(digest("lambda/python/manifests/latest").await, digest("lambda/python/manifests/3.13").await);
}

#[tokio::test(start_paused = true)]
async fn a_base_image_is_the_same_in_every_build() {
    let account = Account::new();
    let request = Request::builder().uri("/v2/lambda/python/manifests/3.13");
    let index = account.send(request, Vec::new()).await;
    let digest = parsed(&index)["manifests"][0]["digest"].clone();
    let request = Request::builder().uri(format!("/v2/lambda/python/manifests/{}", digest.as_str().expect("one")));
    let manifest = parsed(&account.send(request, Vec::new()).await);
    assert_eq!(
        manifest["layers"][0]["digest"],
        "sha256:5ee08f953a551c77554dd715618f9118dc2db706037cb10de38fc519aae993c9"
    );
}
