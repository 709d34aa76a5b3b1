//! Splits identifiers into words, however they are written: `memory_size`, `MemorySize` and `memory-size` are the same.

/// The words of an identifier in lower case.
pub(super) fn words(identifier: &str) -> Vec<String> {
    let letters: Vec<char> = identifier.chars().collect();
    let mut words = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(at + 1);
        if !letter.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        // `memorySize` begins a word at `S`, and so does `TTLIn` at `I`.
        let hump = letter.is_uppercase() && before.is_some_and(|before| before.is_lowercase() || before.is_numeric())
            || letter.is_uppercase()
                && before.is_some_and(char::is_uppercase)
                && after.is_some_and(|after| after.is_lowercase());
        if hump {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The identifier as the manifest writes its fields.
pub(super) fn snake_case(identifier: &str) -> String {
    words(identifier).join("_")
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn every_way_to_write_an_identifier_gives_the_same_words() {
        for (identifier, snake) in [
            ("memory_size", "memory_size"),
            ("MemorySize", "memory_size"),
            ("memorySize", "memory_size"),
            ("memory-size", "memory_size"),
            ("MEMORY_SIZE", "memory_size"),
            ("idleSessionTTLInSeconds", "idle_session_ttl_in_seconds"),
            ("IdleSessionTTLInSeconds", "idle_session_ttl_in_seconds"),
            ("KMSKeyArn", "kms_key_arn"),
            ("__x__", "x"),
            ("", ""),
        ] {
            assert_eq!(snake_case(identifier), snake, "{identifier}");
        }
    }
}
