//! The Pinpoint application that the manifest names, by id or by name. Looked up, never changed.

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use serde_json::json;

use crate::aws::Called;
use crate::facts::{Change, Facts, Key, Kind, Known};
use crate::manifest::Pinpoint;
use crate::ownership::Owner;
use crate::resource::{Context, Resource, Seen};

/// Applications a page, Pinpoint's largest.
const PAGE_SIZE: &str = "1000";

/// The application. Its identity is its id.
#[derive(Debug)]
pub struct PinpointApplication(pub Pinpoint);

#[async_trait(?Send)]
impl Resource for PinpointApplication {
    fn key(&self) -> Key {
        let (Pinpoint::Id(name) | Pinpoint::Name(name)) = &self.0;
        Key::new(Kind::PinpointApplication, name)
    }

    fn wanted(&self, _known: &Known) -> Facts {
        json!({})
    }

    fn stands_alone(&self) -> bool {
        false
    }

    fn absent(&self) -> Change {
        Change::Refuse(format!(
            "this region has no Pinpoint application named {}; correct `pinpoint.application`, give the \
             application's id there, or remove `pinpoint` from the manifest",
            self.key().name
        ))
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let id = match &self.0 {
            // Nothing to look up; and Pinpoint's support has ended, so the less is asked of it the better.
            Pinpoint::Id(id) => Some(id.clone()),
            Pinpoint::Name(name) => find(context, name).await?,
        };
        Ok(id.map_or(Seen::Absent, |id| Seen::present(json!({}), Owner::Given, id)))
    }
}

/// The id of the application of this name. Names are not unique in Pinpoint: two of them are an error.
async fn find(context: &Context, name: &str) -> Result<Option<String>> {
    let mut ids = Vec::new();
    let mut token = None;
    loop {
        let call = context.aws.pinpoint.get_apps().page_size(PAGE_SIZE).set_token(token);
        let answer = call.send().await.called("mobiletargeting:GetApps").context(
            "finding the application by its name; its id in `pinpoint.application` needs no asking \
             (Pinpoint's support ended on 2026-10-30)",
        )?;
        let Some(page) = answer.applications_response else { break };
        let named = page.item.unwrap_or_default().into_iter().filter(|item| item.name.as_deref() == Some(name));
        ids.extend(named.filter_map(|item| item.id));
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    anyhow::ensure!(
        ids.len() < 2,
        "there are {} Pinpoint applications named {name} ({}); name one by its id in `pinpoint.application`",
        ids.len(),
        ids.join(", "),
    );
    Ok(ids.pop())
}
