//! Notes what a look through the files of `lambda.source` finds.

use super::builder::Builder;
use super::code::Source;
use super::field::Field;
use crate::dockerfile::Dockerfile;
use crate::source::{Examined, Language, NamedBy};

/// Looks through the source. What is about the handler's name is noted `at` the first field, the rest at the second.
pub(super) fn note(
    source: &Source,
    at: (&Field<'_>, &Field<'_>),
    named_by: NamedBy,
    language: Option<Language>,
    dockerfile: Option<&Dockerfile>,
) {
    let Source { folder, handler, base_image: _, builder, files } = source;
    let engine = dockerfile.filter(|_| *builder != Builder::Native);
    let examined = Examined { folder, handler, named_by, language, copied: files.as_deref(), engine };
    for finding in examined.findings() {
        let field = if finding.is_handler { at.0 } else { at.1 };
        if finding.is_error {
            field.error(finding.what, finding.cure);
        } else {
            field.warning(finding.what, finding.cure);
        }
    }
}
