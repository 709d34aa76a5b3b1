//! Tells by a variable's name whether its value is likely a secret.

use super::words::words;

/// Words that stand for a secret by themselves.
const SECRETS: [&str; 17] = [
    "apikey",
    "authorization",
    "bearer",
    "credential",
    "credentials",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "privatekey",
    "pw",
    "pwd",
    "secret",
    "secretkey",
    "secrets",
    "token",
];

/// Two words that stand for a secret together.
const PAIRS: [(&str, &str); 9] = [
    ("access", "key"),
    ("api", "key"),
    ("auth", "key"),
    ("connection", "string"),
    ("encryption", "key"),
    ("private", "key"),
    ("signing", "key"),
    ("ssh", "key"),
    ("webhook", "url"),
];

/// A last word that says that the value only leads to the secret, or describes it: `DB_SECRET_ARN`, `TOKEN_URL`.
const ABOUT: [&str; 22] = [
    "arn",
    "count",
    "enabled",
    "endpoint",
    "expires",
    "expiry",
    "file",
    "header",
    "id",
    "ids",
    "length",
    "limit",
    "name",
    "param",
    "parameter",
    "path",
    "prefix",
    "region",
    "seconds",
    "ttl",
    "type",
    "uri",
];

/// Whether the name speaks of a secret, be it the secret itself or where it is.
pub(super) fn speaks_of_a_secret(name: &str) -> bool {
    let words = words(name);
    // `PASSWORD1` is one of several.
    let words: Vec<&str> = words.iter().map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit())).collect();
    let pair = |two: &[&str]| PAIRS.iter().any(|(first, second)| two == [*first, *second]);
    words.iter().any(|word| SECRETS.contains(word)) || words.windows(2).any(pair) || words.last() == Some(&"pass")
}

/// Whether the name is that of a secret, not of where it is or how long it lasts.
pub(super) fn names_a_secret(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map(String::as_str).unwrap_or_default();
    let webhook = words.iter().any(|word| word == "webhook");
    speaks_of_a_secret(name) && !ABOUT.contains(&last) && (last != "url" || webhook)
}

#[cfg(test)]
mod tests {
    use super::{names_a_secret, speaks_of_a_secret};

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in [
            "DB_PASSWORD",
            "PASSWORD1",
            "SMTP_PASS",
            "dbPassword",
            "SLACK_TOKEN",
            "CLIENT_SECRET",
            "API_KEY",
            "OPENAI_APIKEY",
            "PRIVATE_KEY",
            "DATADOG_API_KEY_2",
            "GOOGLE_CREDENTIALS",
            "SLACK_WEBHOOK_URL",
        ] {
            assert!(names_a_secret(name), "{name}");
        }
    }

    #[test]
    fn where_a_secret_is_and_words_that_only_look_alike_are_none() {
        for name in [
            "DB_SECRET_ARN",
            "SECRET_NAME",
            "TOKEN_URL",
            "PASSWORD_PARAMETER",
            "TOKEN_TTL",
            "MAX_TOKENS",
            "PASSENGERS",
            "BYPASS",
            "KEY",
            "KEY_PREFIX",
            "TABLE_NAME",
            "SECRETARY",
        ] {
            assert!(!names_a_secret(name), "{name}");
        }
        assert!(speaks_of_a_secret("DB_SECRET_ARN"));
    }
}
