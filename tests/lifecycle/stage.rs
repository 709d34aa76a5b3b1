//! An emulated account and a manifest to deploy into it.

use std::path::PathBuf;

use bedrock_ops::aws::{Access, Aws, Door};
use bedrock_ops::facts::Change;
use bedrock_ops::image::Host;
use bedrock_ops::manifest;
use bedrock_ops::plan::Plan;
use bedrock_ops::progress::Progress;
use bedrock_ops::report::Report;
use bedrock_ops::session::Session;
use emulator::{CallRecord, Emulator, Fault, FaultAt, FaultKind, Settings, Timing};
use tempfile::TempDir;

/// A manifest with everything in it that `deploy` can make.
pub(crate) const MANIFEST: &str = r"
name: openrate
region: ap-northeast-1
tags: {team: marketing}
agent:
  name: openrate-agent
  description: Tells open rates
  model: jp.anthropic.claude-sonnet-4-6
  instruction: You tell people how many of them opened the last push notification.
  idle_session_ttl: 900
  alias: {name: v1, description: For Slack}
lambda:
  source: lambda/
  timeout: 60
  memory: 256
  environment: {KPI_NAME: push-open-rate}
  log_retention_days: 14
  permissions:
    - {actions: ['s3:GetObject'], resources: ['arn:aws:s3:::reports/*']}
pinpoint: {application: push-openrate}
action_groups:
  - name: open_rates
    description: Open rates of campaigns
    functions:
      - name: get_open_rate
        description: Gets the open rate
        parameters:
          days: {type: integer, description: How many days back, required: false}
  - name: campaigns
    functions:
      - {name: list_campaigns, description: Lists campaigns}
connector: {name: openrate}
";

/// An account, and a folder with a manifest and a handler.
pub(crate) struct Stage {
    pub(crate) emulator: Emulator,
    folder: TempDir,
}

impl Stage {
    /// An account as slow as AWS.
    pub(crate) fn new() -> Self {
        Self::with(Settings::for_tests())
    }

    /// An account in which the named time is another.
    pub(crate) fn timed(change: impl FnOnce(&mut Timing)) -> Self {
        let mut settings = Settings::for_tests();
        change(&mut settings.timing);
        Self::with(settings)
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("lambda");
        std::fs::create_dir(&source).unwrap();
        std::fs::write(source.join("lambda_function.py"), "def handler(event, context):\n    return {}\n").unwrap();
        Self { emulator: Emulator::new(settings), folder }
    }

    pub(crate) fn source(&self) -> PathBuf {
        self.folder.path().join("lambda")
    }

    pub(crate) fn session(&self, text: &str) -> Session {
        self.session_from(text, None)
    }

    /// A session of a manifest that comes from this repository and path.
    pub(crate) fn session_from(&self, text: &str, origin: Option<&str>) -> Session {
        let mut loaded = manifest::parse(text, &self.folder.path().join("agent.yaml")).unwrap();
        loaded.manifest.origin = origin.map(str::to_owned);
        let door = Door::local(self.emulator.clone(), &loaded.manifest);
        Session::new(loaded.manifest, door, Host::default(), Progress::silent())
    }

    /// Clients with which a test plays somebody else.
    pub(crate) fn somebody(&self) -> Aws {
        let loaded = manifest::parse(MANIFEST, &self.folder.path().join("agent.yaml")).unwrap();
        Door::local(self.emulator.clone(), &loaded.manifest).clients(Access::Write)
    }

    pub(crate) async fn plan(&self, text: &str) -> Plan {
        self.session(text).plan().await.unwrap().1
    }

    /// Deploys; the report holds what failed.
    pub(crate) async fn try_deploy(&self, text: &str) -> anyhow::Result<Report> {
        let session = self.session(text);
        let (_, plan) = session.plan().await?;
        assert!(plan.refusals().is_empty(), "refused: {:?}", plan.refusals());
        Ok(session.apply(&plan).await)
    }

    /// Deploys, and insists that it went well.
    pub(crate) async fn deploy(&self, text: &str) -> Report {
        let report = self.try_deploy(text).await.unwrap();
        if let Some(error) = report.errors().first() {
            panic!("the deploy failed: {error:#}");
        }
        report
    }

    pub(crate) async fn try_destroy(&self, text: &str) -> anyhow::Result<Report> {
        let session = self.session(text);
        let (_, plan) = session.destruction().await?;
        assert!(plan.refusals().is_empty(), "refused: {:?}", plan.refusals());
        Ok(session.apply(&plan).await)
    }

    pub(crate) async fn destroy(&self, text: &str) -> Report {
        let report = self.try_destroy(text).await.unwrap();
        if let Some(error) = report.errors().first() {
            panic!("the destruction failed: {error:#}");
        }
        report
    }

    /// The operations that may have changed something, since the log was last cleared.
    pub(crate) fn writes(&self) -> Vec<String> {
        self.emulator.calls().into_iter().filter(|call| call.writes).map(|call| call.operation).collect()
    }

    pub(crate) fn calls(&self) -> Vec<CallRecord> {
        self.emulator.calls()
    }

    /// Kills the client after its nth writing call from now on (0: at once).
    pub(crate) fn cut_after(&self, writes: usize) {
        self.emulator.set_faults(vec![Fault { at: FaultAt::WritingCall(writes), kind: FaultKind::Cut }]);
    }

    pub(crate) fn heal(&self) {
        self.emulator.set_faults(Vec::new());
    }

    /// All that there is, without the ids that AWS gives and without what earlier deploys leave: versions of agent and
    /// function, with their permissions, and images.
    pub(crate) fn inventory(&self) -> Vec<String> {
        let nameless = |line: String| line.split(" (").next().unwrap_or_default().to_owned();
        let lasting =
            |line: &String| ![" version ", " permission ", " ecr image "].iter().any(|kind| line.contains(kind));
        let mut lines: Vec<String> =
            self.emulator.world().inventory().into_iter().filter(lasting).map(nameless).collect();
        lines.sort();
        lines
    }
}

/// The steps that do something, as `update function openrate: timeout`.
pub(crate) fn told(plan: &Plan) -> Vec<String> {
    let tell = |step: &bedrock_ops::plan::Step| match &step.change {
        Change::Update(differences) => {
            let fields: Vec<&str> = differences.iter().map(|difference| difference.field.as_str()).collect();
            format!("update {}: {}", step.key(), fields.join(", "))
        }
        change => format!("{} {}", change.word(), step.key()),
    };
    plan.changes().map(tell).collect()
}
