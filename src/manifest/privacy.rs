//! Decides which lines of a manifest may hold a secret, by their text alone and on the safe side: too little is displayed
//! rather than too much. The file may not be YAML, the variables may stand where nobody expects them.

use std::collections::HashSet;

use super::outline::Line;
use super::secret_names::speaks_of_a_secret;
use super::vocabulary::is_field;
use super::words::words;

/// Words by which a map of variables or secrets is called, here and in other tools.
const PRIVATE: [&str; 13] = [
    "creds",
    "credential",
    "credentials",
    "env",
    "environment",
    "envs",
    "envvar",
    "envvars",
    "secret",
    "secrets",
    "var",
    "variables",
    "vars",
];

/// Words closer than this (1 is equal) to one of the long ones above are misspelt forms of it.
const MISSPELT: f64 = 0.7;

/// How deep aliases are followed that refer to aliases; beyond, nothing of the manifest is displayed.
const ALIASES_OF_ALIASES: usize = 32;

/// The lines of a manifest that are not displayed.
#[derive(Debug)]
pub(super) struct Privacy {
    private: Vec<bool>,
}

impl Privacy {
    /// Looks the manifest over.
    pub(super) fn of(lines: &[Line<'_>]) -> Self {
        let mut privacy = Self { private: vec![false; lines.len()] };
        privacy.mark(lines, &|_, line| begins_private(line));
        privacy.follow_aliases(lines);
        privacy
    }

    /// The file is not YAML, so what an unknown key means cannot be known either.
    pub(super) fn distrust(&mut self, lines: &[Line<'_>]) {
        let parents = parents(lines);
        self.mark(lines, &|at, line| {
            let unknown = line.key.is_none_or(|key| !is_field(key));
            unknown && !line.in_text && !line.is_empty() && parents[at].is_none_or(|key| !has_free_keys(key))
        });
        self.follow_aliases(lines);
    }

    /// Marks these lines, whatever stands on them. The first line is 1.
    pub(super) fn hide(&mut self, lines: impl Iterator<Item = usize>) {
        for number in lines {
            if let Some(private) = number.checked_sub(1).and_then(|at| self.private.get_mut(at)) {
                *private = true;
            }
        }
    }

    /// Whether the line may hold a secret.
    pub(super) fn is_private(&self, number: usize) -> bool {
        number.checked_sub(1).and_then(|at| self.private.get(at)).copied().unwrap_or(false)
    }

    /// Marks the regions that begin where `begins` says so.
    fn mark(&mut self, lines: &[Line<'_>], begins: &dyn Fn(usize, &Line<'_>) -> bool) {
        let mut region: Option<Region> = None;
        for (at, line) in lines.iter().enumerate() {
            if region.as_ref().is_some_and(|region| region.ends_before(line)) {
                region = None;
            }
            if region.is_none() && begins(at, line) {
                region = Some(Region { indent: line.indent, brackets: Brackets::default() });
            }
            if let Some(region) = &mut region {
                region.brackets.read(line.rest);
                self.private[at] = true;
            }
        }
    }

    /// What an alias in a private line refers to is private too.
    fn follow_aliases(&mut self, lines: &[Line<'_>]) {
        for _ in 0..ALIASES_OF_ALIASES {
            let private = lines.iter().zip(&self.private).filter(|(_, private)| **private);
            let aliases: HashSet<&str> =
                private.flat_map(|(line, _)| tokens(line.text)).filter_map(|token| token.strip_prefix('*')).collect();
            let before = self.private.clone();
            self.mark(lines, &|_, line| {
                tokens(line.text).filter_map(|token| token.strip_prefix('&')).any(|anchor| aliases.contains(anchor))
            });
            if self.private == before {
                return;
            }
        }
        self.private.fill(true);
    }
}

/// Lines that belong to something private.
struct Region {
    indent: usize,
    brackets: Brackets,
}

impl Region {
    /// It ends where a field of the manifest stands no deeper than its beginning: whatever else stands there may be a
    /// variable that lost its indentation.
    fn ends_before(&self, line: &Line<'_>) -> bool {
        self.brackets.closed() && line.indent <= self.indent && line.key.is_some_and(is_field)
    }
}

/// Brackets that were opened and not closed, outside of quotes.
#[derive(Default)]
struct Brackets {
    depth: usize,
    quote: Option<char>,
}

impl Brackets {
    fn read(&mut self, text: &str) {
        let mut before = ' ';
        let mut escaped = false;
        for letter in text.chars() {
            match self.quote {
                Some('"') if !escaped && letter == '\\' => {
                    escaped = true;
                    continue;
                }
                Some(quote) if letter == quote && !escaped => self.quote = None,
                // Within a word it is an apostrophe.
                None if matches!(letter, '"' | '\'') && !before.is_alphanumeric() => self.quote = Some(letter),
                None if letter == '#' && before.is_whitespace() => break,
                None if matches!(letter, '{' | '[') => self.depth += 1,
                None if matches!(letter, '}' | ']') => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            escaped = false;
            before = letter;
        }
        // A quote that is not closed outside of brackets says nothing about the lines below: their indentation does.
        if self.depth == 0 {
            self.quote = None;
        }
    }

    fn closed(&self) -> bool {
        self.depth == 0
    }
}

/// Whether something private begins on the line.
fn begins_private(line: &Line<'_>) -> bool {
    let bare = line.rest.trim_start_matches(['?', ' ', '\t']).trim_end().trim_matches(['"', '\'']);
    if is_private_name(bare) {
        return true;
    }
    line.text.match_indices([':', '=', '：', '＝']).any(|(at, sign)| {
        let (before, after) = (&line.text[..at], line.text[at + sign.len()..].chars().next());
        let word = last_word(before);
        // `secretsmanager:GetSecretValue` and `arn:aws:…` are no keys, and `DB:x` was meant as one where one may stand.
        let ends_key = sign != ":" || after.is_none_or(|after| after.is_whitespace() || "\"'{[|>&*!".contains(after));
        let begins =
            before.strip_suffix(word).map(str::trim_end).is_some_and(|rest| rest.is_empty() || rest.ends_with('{'));
        ends_key && (is_variable(word) || is_private_name(word) || speaks_of_a_secret(word))
            || begins && is_variable(word)
    })
}

/// The word at the end of the text, which a quote may end.
fn last_word(text: &str) -> &str {
    let text = text.trim_end().trim_end_matches(['"', '\'']);
    text.rsplit(|letter: char| !(letter.is_alphanumeric() || "_-.".contains(letter))).next().unwrap_or_default()
}

/// What stands between blanks, commas and brackets.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter.is_whitespace() || ",[]{}".contains(letter))
}

/// Whether the word is written as environment variables are; no field of a manifest is.
fn is_variable(word: &str) -> bool {
    word.len() >= 2
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether a map of that name holds variables or secrets, as far as the name tells.
fn is_private_name(name: &str) -> bool {
    if name.contains(char::is_whitespace) {
        return false;
    }
    if words(name).iter().any(|word| PRIVATE.contains(&word.as_str())) {
        return true;
    }
    let name = name.to_lowercase();
    let like = |private: &&&str| strsim::normalized_damerau_levenshtein(&name, private) >= MISSPELT;
    !is_field(&name) && PRIVATE.iter().filter(|private| private.len() > 8).any(|private| like(&private))
}

/// Whether the keys below this one are the user's to choose.
fn has_free_keys(key: &str) -> bool {
    matches!(key, "parameters" | "tags")
}

/// For each line the key that it stands below, by indentation.
fn parents<'s>(lines: &[Line<'s>]) -> Vec<Option<&'s str>> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut parents = Vec::new();
    for line in lines {
        if !line.is_empty() && !line.in_text {
            open.retain(|(column, _)| *column < line.column);
        }
        parents.push(open.last().map(|(_, key)| *key));
        // Nothing stands below a key that has its value beside it.
        let opens = line.value().is_some_and(|value| value.is_empty() || value.starts_with(['#', '&', '!']));
        if let Some(key) = line.key.filter(|_| !line.in_text) {
            open.push((line.column, if opens { key } else { "" }));
        }
    }
    parents
}

#[cfg(test)]
mod tests {
    use super::Privacy;
    use crate::manifest::outline::lines;

    /// The lines that are displayed.
    fn displayed(source: &str) -> Vec<&str> {
        let privacy = Privacy::of(&lines(source));
        source.lines().enumerate().filter(|(at, _)| !privacy.is_private(at + 1)).map(|(_, line)| line).collect()
    }

    #[test]
    fn variables_are_private_to_the_next_field() {
        let source = "lambda:\n  source: x\n  environment:\n    a: b\n\n    c: d\n  timeout: 3\nsmoke: x";
        assert_eq!(displayed(source), ["lambda:", "  source: x", "  timeout: 3", "smoke: x"]);
    }

    #[test]
    fn variables_that_lost_their_indentation_stay_private() {
        let source = "lambda:\n  environment:\n  a: b\nc: d\n\te: f\naction_groups: []";
        assert_eq!(displayed(source), ["lambda:", "action_groups: []"]);
    }

    #[test]
    fn brackets_keep_all_lines_between_them() {
        let source = "lambda: {environment: {\nname: b,\nc: '}',\nregion: d},\ntimeout: 3}\nregion: x";
        assert_eq!(displayed(source), ["region: x"]);
        assert_eq!(displayed("lambda: {environment: {\nname: b,\nregion: x"), [] as [&str; 0]);
    }

    #[test]
    fn what_an_alias_refers_to_is_as_private_as_the_alias() {
        let source = "tags:\n  team: &a x\nname: &b y\nlambda:\n  environment: {C: *a}\n  timeout: 3";
        assert_eq!(displayed(source), ["tags:", "name: &b y", "lambda:", "  timeout: 3"]);
    }

    #[test]
    fn prompts_and_permissions_are_displayed() {
        let source = "agent:\n  instruction: |\n    Answer: in Japanese.\nlambda:\n  permissions:\n    - actions: \
                      secretsmanager:GetSecretValue\n      resources: arn:aws:secretsmanager:a:b:c:d\n    - actions: [S3:Get, \
                      S3:List]";
        assert_eq!(displayed(source).len(), 8);
    }

    #[test]
    fn in_a_file_that_is_not_yaml_only_known_fields_are_displayed() {
        let source = "name: x\nmine: y\nsmoke: z\ntags:\n  mine: y\n  a: b";
        let distrusted = |source: &str| {
            let lines = lines(source);
            let mut privacy = Privacy::of(&lines);
            privacy.distrust(&lines);
            privacy
        };
        let privacy = distrusted(source);
        let displayed: Vec<usize> = (1..=6).filter(|number| !privacy.is_private(*number)).collect();
        assert_eq!(displayed, [1, 3, 4, 5, 6]);
        let privacy = distrusted("tags: {}\n  mine: y\nname: z");
        assert!(privacy.is_private(2) && !privacy.is_private(3));
    }
}
