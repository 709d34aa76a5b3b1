//! Writes the XML of the query services.

/// An element that holds a text.
pub(crate) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

/// Text as it may stand between XML's tags.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // Bare, XML's reader would turn it into a line feed.
            '\r' => escaped.push_str("&#xD;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::element;

    #[test]
    fn what_xml_would_take_for_its_own_is_escaped() {
        assert_eq!(
            element("Description", "a<b> & \"c\"\r"),
            "<Description>a&lt;b&gt; &amp; &quot;c&quot;&#xD;</Description>"
        );
    }
}
