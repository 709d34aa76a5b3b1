//! Modules as people write them.

use super::{Defined, Import, Module};

fn names(text: &str) -> Vec<String> {
    Module::read(text).names.into_keys().collect()
}

#[test]
fn names_at_the_top_are_found_and_those_within_are_not() {
    let text = r#"
"""def not_this(): a text"""
import os, json as j
import a.b.c
from x import (one,
               two as zwei)  # def no(): pass
try: import fast
except ImportError: fast = None
if os.environ.get("A"):
    def inside_if(event, context):
        local = 1
        import hidden
        return local
else:
    inside_else = lambda event, context: event
class Thing:
    def method(self): pass
    field = 2
left, (middle, *right) = 1, (2, 3)
chained = again = value()
typed: dict[str, int] = {}
thing.field = 3
table["x"] = 4
call(keyword=5)
compared == 6
for item in range(3): last = item
with open("f") as file: pass
long = \
    1; short = 2
def handler(event, context): return 1
"#;
    assert_eq!(
        names(text),
        [
            "Thing",
            "a",
            "again",
            "chained",
            "fast",
            "file",
            "handler",
            "inside_else",
            "inside_if",
            "item",
            "j",
            "last",
            "left",
            "long",
            "middle",
            "one",
            "os",
            "right",
            "short",
            "typed",
            "zwei",
        ]
    );
    assert!(!Module::read(text).is_open);
}

#[test]
fn how_a_function_is_defined_is_told() {
    let module = Module::read(
        "@decorated\nasync def wrapped(e, c): ...\nasync def bare(e, c): ...\ndef plain(\n    e,\n    c,\n): ...\nclass C: ...\n",
    );
    assert_eq!(module.names["wrapped"], Defined::Function);
    assert_eq!(module.names["bare"], Defined::AsyncFunction);
    assert_eq!(module.names["plain"], Defined::Function);
    assert_eq!(module.names["C"], Defined::Otherwise);
    assert_eq!(module.functions().collect::<Vec<_>>(), ["bare", "plain", "wrapped"]);
}

#[test]
fn a_module_that_makes_names_while_it_runs_is_open() {
    for text in [
        "from x import *",
        "globals()['handler'] = f",
        "def __getattr__(name): ...",
        "def make():\n    global handler\n    handler = 1",
        "import sys\nsys.modules[__name__] = App()",
        "exec(code)",
    ] {
        assert!(Module::read(text).is_open, "{text}");
    }
    assert!(!Module::read("text = 'from x import *'\n# exec(code)\n").is_open);
}

#[test]
fn imports_are_found_wherever_they_stand() {
    let text = "import a.b, c as d\nfrom .near import x\nfrom .. import up\nfrom e.f import (\n    g as h,\n    i,\n)\ndef f():\n    import late\n";
    let import = |level, module: &str, names: &[&str]| Import {
        level,
        module: module.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    assert_eq!(
        Module::read(text).imports,
        [
            import(0, "a.b", &[]),
            import(0, "c", &[]),
            import(1, "near", &["x"]),
            import(2, "", &["up"]),
            import(0, "e.f", &["g", "i"]),
            import(0, "late", &[]),
        ]
    );
}

#[test]
fn texts_are_found_with_their_prefixes_and_quotes() {
    let text = "open(r'data/rates.json')\nx = f\"\"\"a \"quoted\" b\"\"\"\ny = 'it\\'s'\nz = ''\nw = b\"c\" 'd'\n";
    assert_eq!(Module::read(text).texts, ["data/rates.json", "a \"quoted\" b", "it\\'s", "", "c", "d"]);
}
