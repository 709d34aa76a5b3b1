//! `pinpoint:` — the Amazon Pinpoint application whose figures the handler reads.

use super::field::Field;

/// The application, by what the user knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pinpoint {
    /// Its id: 32 hexadecimal digits.
    Id(String),
    /// Its name, which is looked up in the account.
    Name(String),
}

/// The variable in which the handler is told the application's id.
pub(super) const APPLICATION_ID: &str = "APPLICATION_ID";

/// How long an application's id is.
pub(super) const ID_LENGTH: usize = 32;

/// Reads `pinpoint`.
pub(super) fn read(field: Field<'_>) -> Option<Pinpoint> {
    let mut fields = field.fields()?;
    let application = fields.required("application", "add `application:` with the application's id or name");
    fields.finish();
    let application = application?;
    let text = application.text()?;
    if text.trim().is_empty() {
        application.error(format!("{} is empty", application.called()), "write the application's id or its name");
        return None;
    }
    let id = text.len() == ID_LENGTH && text.bytes().all(|b| b.is_ascii_hexdigit());
    Some(if id { Pinpoint::Id(text.to_owned()) } else { Pinpoint::Name(text.to_owned()) })
}
