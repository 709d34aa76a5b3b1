//! What `bedrock-ops init` writes: the templates, whose files are built into the program.

mod folder;
mod names;

use std::borrow::Cow;

pub use folder::{NotWritten, write};
pub use names::Names;

/// The template that is taken when none is named: it alone needs no Python package, no permission and no data.
pub const DEFAULT: &str = "blank";

/// A manifest with its handler, to begin with.
#[derive(Debug)]
pub struct Template {
    /// What it is called on the command line, and its folder in `templates/`.
    pub name: &'static str,
    /// What its agent answers, in one line.
    pub about: &'static str,
    /// Why it is no use on AWS, where that is so, and what is.
    pub only_local: Option<&'static str>,
    parts: &'static [&'static [File]],
}

/// One file of a template.
#[derive(Debug, Clone)]
pub struct File {
    /// Where it goes, relative to the new manifest's folder, with `/`.
    pub path: &'static str,
    /// What stands in it.
    pub text: Cow<'static, str>,
}

impl Template {
    /// All files that it consists of.
    pub fn files(&self) -> impl Iterator<Item = File> {
        self.parts.iter().flat_map(|part| part.iter().cloned())
    }

    /// The same for a stack of its own name.
    pub fn named(&self, names: &Names) -> Vec<File> {
        let files: Vec<File> = self.files().collect();
        names.put_into(files)
    }
}

/// The template of that name.
pub fn named(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.name == name)
}

/// Files of a folder of this project, which keep their paths.
macro_rules! files {
    ($folder:literal: $($path:literal),+ $(,)?) => {
        &[$(File { path: $path, text: Cow::Borrowed(include_str!(concat!("../", $folder, $path))) }),+]
    };
}

/// What every handler has: the project's own handler has it too, so that there is one of each.
const SHARED: &[File] = files!("":
    "lambda/.dockerignore",
    "lambda/bedrock_reply.py",
    "lambda/tests/__init__.py",
    "lambda/tests/test_bedrock_reply.py",
    "lambda/tests/test_image.py",
);

/// boto3, pinned: for a handler that calls AWS.
const BOTO3: &[File] = files!("": "lambda/requirements.txt");

/// All templates, the default first.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: DEFAULT,
        about: "Repeats what it is told: the smallest agent that works, to put your own in",
        only_local: None,
        parts: &[
            files!("templates/blank/":
                "agent.yaml",
                "README.md",
                "lambda/Dockerfile",
                "lambda/event.json",
                "lambda/lambda_function.py",
                "lambda/requirements.txt",
                "lambda/tests/test_handler.py",
            ),
            SHARED,
        ],
    },
    Template {
        name: "alarms-metrics",
        about: "Which CloudWatch alarms ring, and what a metric's values are",
        only_local: None,
        parts: &[
            files!("templates/alarms-metrics/":
                "agent.yaml",
                "README.md",
                "lambda/Dockerfile",
                "lambda/alarms.py",
                "lambda/event.json",
                "lambda/lambda_function.py",
                "lambda/metrics.py",
                "lambda/tests/fake_cloudwatch.py",
                "lambda/tests/test_alarms.py",
                "lambda/tests/test_handler.py",
                "lambda/tests/test_metrics.py",
            ),
            BOTO3,
            SHARED,
        ],
    },
    Template {
        name: "athena-report",
        about: "How many people opened the last push notification, from a table of events in Athena",
        only_local: None,
        parts: &[
            files!("templates/athena-report/":
                "agent.yaml",
                "README.md",
                "lambda/Dockerfile",
                "lambda/athena.py",
                "lambda/event.json",
                "lambda/lambda_function.py",
                "lambda/open_rate.py",
                "lambda/tests/fake_athena.py",
                "lambda/tests/test_athena.py",
                "lambda/tests/test_handler.py",
                "lambda/tests/test_open_rate.py",
            ),
            BOTO3,
            SHARED,
        ],
    },
    Template {
        name: "cost-by-service",
        about: "What AWS cost in a month, service by service, beside the month before",
        only_local: None,
        parts: &[
            files!("templates/cost-by-service/":
                "agent.yaml",
                "README.md",
                "lambda/Dockerfile",
                "lambda/event.json",
                "lambda/get_cost.py",
                "lambda/lambda_function.py",
                "lambda/tests/test_get_cost.py",
                "lambda/tests/test_handler.py",
            ),
            BOTO3,
            SHARED,
        ],
    },
    Template {
        name: "logs-errors",
        about: "Which errors stand in CloudWatch's logs of the last hours, and how often",
        only_local: None,
        parts: &[
            files!("templates/logs-errors/":
                "agent.yaml",
                "README.md",
                "lambda/Dockerfile",
                "lambda/event.json",
                "lambda/find_errors.py",
                "lambda/lambda_function.py",
                "lambda/tests/test_find_errors.py",
                "lambda/tests/test_handler.py",
            ),
            BOTO3,
            SHARED,
        ],
    },
    Template {
        name: "pinpoint-open-rate",
        about: "The same as athena-report, from Amazon Pinpoint, which ended on 2026-10-30: to read, and for --local",
        only_local: Some(
            "on AWS this agent has no data any more: Amazon Pinpoint's campaigns ended on 2026-10-30. Take the template \
             athena-report there",
        ),
        parts: &[
            files!("":
                "agent.yaml",
                "lambda/Dockerfile",
                "lambda/campaign.py",
                "lambda/compose.yml",
                "lambda/event.json",
                "lambda/get_openrate.py",
                "lambda/lambda_function.py",
                "lambda/report.py",
                "lambda/tests/fake_pinpoint.py",
                "lambda/tests/test_campaign.py",
                "lambda/tests/test_get_openrate.py",
                "lambda/tests/test_handler.py",
                "lambda/tests/test_report.py",
            ),
            files!("templates/pinpoint-open-rate/": "README.md"),
            BOTO3,
            SHARED,
        ],
    },
];
