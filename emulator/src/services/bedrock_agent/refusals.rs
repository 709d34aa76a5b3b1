//! The refusals of bedrock-agent: its error types with their statuses, and its texts.
//!
//! Texts that public reports quote stand verbatim. Where nobody has published AWS's words, ours follow the quoted ones.

use crate::refusal::Refusal;

/// 400: the request is wrong, or the thing is in no state for it.
pub(super) fn validation(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "ValidationException", message)
}

/// 404, for whatever is not there.
pub(super) fn not_found() -> Refusal {
    let text = "Failed to retrieve resource because it doesn't exist. Retry your request with a different resource identifier.";
    Refusal::new(404, "ResourceNotFoundException", text)
}

/// 409.
pub(super) fn conflict(message: impl Into<String>) -> Refusal {
    Refusal::new(409, "ConflictException", message)
}

/// 409: `name` is taken by the thing with the id `holder`. `verb` is `Create` or `Update`.
pub(super) fn name_taken(verb: &str, name: &str, holder: &str) -> Refusal {
    conflict(format!(
        "Could not perform {verb} operation, since the {name} (id: {holder}) with the same name {name} already exists"
    ))
}

/// 409: a client token came back with another request.
pub(super) fn token_reused() -> Refusal {
    conflict(
        "The client token was already used with different request parameters. Retry the request with a new client token.",
    )
}

/// 403.
pub(super) fn denied(message: impl Into<String>) -> Refusal {
    Refusal::new(403, "AccessDeniedException", message)
}
