//! Reads a Python module as far as it can be told without running it: what it defines, imports and names in texts.

mod lines;

use std::collections::BTreeMap;

use lines::{Line, Token};

/// A module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Module {
    /// What is defined at its top, by name; of several definitions the last.
    pub(crate) names: BTreeMap<String, Defined>,
    /// Whether there may be further names: it imports everything from somewhere, or makes names while it runs.
    pub(crate) is_open: bool,
    /// What it imports, wherever the statement stands.
    pub(crate) imports: Vec<Import>,
    /// Its literal texts, wherever they stand.
    pub(crate) texts: Vec<String>,
}

/// How a name comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Defined {
    /// `def`.
    Function,
    /// `async def` without a decorator, which could make anything of it.
    AsyncFunction,
    /// A class, an import, an assignment.
    Otherwise,
}

/// One module that is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    /// The dots before the name: 0 is absolute.
    pub(crate) level: usize,
    /// `a.b`; empty in `from . import a`.
    pub(crate) module: String,
    /// What is taken out of it: each may be a module, too.
    pub(crate) names: Vec<String>,
}

/// Words that make names while the module runs, or give it names that it does not define.
const OPENING: [&str; 7] = ["globals", "vars", "locals", "exec", "setattr", "modules", "__getattr__"];

impl Module {
    /// Reads the text of a module.
    pub(crate) fn read(text: &str) -> Self {
        let mut module = Self::default();
        // The indentation of the `def` or `class` whose body is being read.
        let (mut within, mut decorated) = (None, false);
        for line in lines::of(text) {
            module.texts.extend(line.tokens.iter().filter_map(Token::as_text).map(str::to_owned));
            module.is_open |=
                line.tokens.iter().any(|token| token.as_name().is_some_and(|name| OPENING.contains(&name)));
            if within.is_some_and(|indent| line.indent <= indent) {
                within = None;
            }
            let is_top = within.is_none();
            if line.starts(&["def"]) || line.starts(&["class"]) || line.starts(&["async", "def"]) {
                if is_top {
                    module.define(&line, decorated);
                }
                within.get_or_insert(line.indent);
            } else {
                for statement in line.statements() {
                    module.take(statement, is_top);
                }
            }
            decorated = line.tokens.first().is_some_and(|token| token.is("@"));
        }
        module
    }

    /// The functions that it defines.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &str> {
        self.names.iter().filter(|(_, how)| **how != Defined::Otherwise).map(|(name, _)| name.as_str())
    }

    fn define(&mut self, line: &Line, decorated: bool) {
        let is_async = line.starts(&["async"]);
        let Some(name) = line.tokens.get(if is_async { 2 } else { 1 }).and_then(Token::as_name) else { return };
        let how = match (line.starts(&["class"]), is_async && !decorated) {
            (true, _) => Defined::Otherwise,
            (false, true) => Defined::AsyncFunction,
            (false, false) => Defined::Function,
        };
        self.names.insert(name.to_owned(), how);
    }

    fn take(&mut self, statement: &[Token], is_top: bool) {
        match statement.first().and_then(Token::as_name) {
            Some("import") => self.import(&statement[1..], is_top),
            Some("from") => self.import_from(&statement[1..], is_top),
            // A function may then make the name.
            Some("global") => self.is_open = true,
            _ if is_top => {
                for name in bound(statement) {
                    self.names.insert(name.to_owned(), Defined::Otherwise);
                }
            }
            _ => {}
        }
    }

    /// `a, b.c as d`.
    fn import(&mut self, tokens: &[Token], is_top: bool) {
        for one in tokens.split(|token| token.is(",")) {
            let (path, alias) = aliased(one);
            let module: String = path.iter().map(Token::shown).collect();
            let first = path.first().and_then(Token::as_name);
            if let Some(name) = alias.or(first).filter(|_| is_top) {
                self.names.insert(name.to_owned(), Defined::Otherwise);
            }
            self.imports.push(Import { level: 0, module, names: Vec::new() });
        }
    }

    /// `..a.b import (c as d, e)`.
    fn import_from(&mut self, tokens: &[Token], is_top: bool) {
        let Some(at) = tokens.iter().position(|token| token.is_name("import")) else { return };
        let path: String = tokens[..at].iter().map(Token::shown).collect();
        let module = path.trim_start_matches('.').to_owned();
        let level = path.len() - module.len();
        let mut names = Vec::new();
        let imported: Vec<Token> =
            tokens[at + 1..].iter().filter(|token| !token.is("(") && !token.is(")")).cloned().collect();
        for one in imported.split(|token| token.is(",")) {
            let (name, alias) = aliased(one);
            match name.first() {
                Some(token) if token.is("*") => self.is_open = true,
                Some(Token::Name(name)) => {
                    names.push(name.clone());
                    if is_top {
                        self.names.insert(alias.unwrap_or(name).to_owned(), Defined::Otherwise);
                    }
                }
                _ => {}
            }
        }
        self.imports.push(Import { level, module, names });
    }
}

/// What stands before `as`, and the name after it.
fn aliased(tokens: &[Token]) -> (&[Token], Option<&str>) {
    match tokens {
        [path @ .., as_word, Token::Name(alias)] if as_word.is_name("as") => (path, Some(alias)),
        _ => (tokens, None),
    }
}

/// The names that a statement assigns.
fn bound(statement: &[Token]) -> Vec<&str> {
    let mut names = Vec::new();
    let first = statement.first();
    if first.is_some_and(|token| token.is_name("for")) {
        let end = statement.iter().position(|token| token.is_name("in")).unwrap_or(statement.len());
        names.extend(targets(&statement[1..end]));
    }
    names.extend(statement.windows(2).filter(|pair| pair[0].is_name("as")).filter_map(|pair| pair[1].as_name()));
    names.extend(statement.windows(2).filter(|pair| pair[1].is(":=")).filter_map(|pair| pair[0].as_name()));
    let mut depth = 0_usize;
    let mut begins = 0;
    for (at, token) in statement.iter().enumerate() {
        if ["(", "[", "{"].iter().any(|open| token.is(open)) {
            depth += 1;
        } else if [")", "]", "}"].iter().any(|close| token.is(close)) {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && token.is("=") {
            let target = &statement[begins..at];
            let annotation = target.iter().position(|token| token.is(":")).unwrap_or(target.len());
            names.extend(targets(&target[..annotation]));
            begins = at + 1;
        }
    }
    names
}

/// The names among targets: not `a.b`, `a[0]`.
fn targets(tokens: &[Token]) -> Vec<&str> {
    let is_part = |at: usize| {
        let before = at.checked_sub(1).is_some_and(|before| tokens[before].is("."));
        before || tokens.get(at + 1).is_some_and(|next| [".", "[", "("].iter().any(|sign| next.is(sign)))
    };
    let names = tokens.iter().enumerate().filter(|(at, _)| !is_part(*at));
    names.filter_map(|(_, token)| token.as_name()).collect()
}

#[cfg(test)]
#[path = "python/tests.rs"]
mod tests;
