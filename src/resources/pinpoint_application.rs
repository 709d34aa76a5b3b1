//! The Pinpoint application that the manifest names, by id or by name. Looked up, never changed.

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use serde_json::json;

use crate::aws::Called;
use crate::facts::{Facts, Key, Kind, Known};
use crate::manifest::Pinpoint;
use crate::ownership::Owner;
use crate::resource::{Context, Present, Resource, Seen};

/// Applications a page, Pinpoint's largest.
const PAGE_SIZE: &str = "1000";

/// What every deploy to AWS says of an application.
const ENDED: &str = "Amazon Pinpoint's campaigns and their analytics ended on 2026-10-30: on AWS the function gets no open \
                     rates from it any more. The template athena-report (`bedrock-ops init --list`) answers the same \
                     question from your own table";

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

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let emulated = context.site().await.emulated;
        let present = |id: String, warning: Option<String>| {
            let warnings = warning.into_iter().collect();
            Seen::Present(Present { warnings, ..Present::new(json!({}), Owner::Given, id) })
        };
        let ended = (!emulated).then(|| ENDED.to_owned());
        match &self.0 {
            Pinpoint::Id(id) if emulated => {
                let there = applications(context).await?;
                let known = there.iter().any(|application| application.id == *id);
                Ok(present(id.clone(), (!known).then(|| not_emulated(id, &there))))
            }
            // Nothing to look up; and Pinpoint's support has ended, so the less is asked of it the better.
            Pinpoint::Id(id) => Ok(present(id.clone(), ended)),
            Pinpoint::Name(name) => {
                let there = applications(context).await?;
                match &there.iter().filter(|application| application.name == *name).collect::<Vec<_>>()[..] {
                    [] if emulated => Ok(Seen::Unusable { reason: not_emulated(name, &there), identity: None }),
                    [] => Ok(Seen::Unusable { reason: absent(name), identity: None }),
                    [one] => Ok(present(one.id.clone(), ended)),
                    // Names are not unique in Pinpoint.
                    several => bail!(
                        "there are {} Pinpoint applications named {name} ({}); name one by its id in \
                         `pinpoint.application`",
                        several.len(),
                        several.iter().map(|application| application.id.as_str()).collect::<Vec<_>>().join(", "),
                    ),
                }
            }
        }
    }
}

/// An application of the account.
struct Application {
    id: String,
    name: String,
}

async fn applications(context: &Context) -> Result<Vec<Application>> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let call = context.aws.pinpoint.get_apps().page_size(PAGE_SIZE).set_token(token);
        let answer = call.send().await.called("mobiletargeting:GetApps").context(
            "finding the application by its name; write its id into `pinpoint.application`, and no call is needed \
             (Amazon Pinpoint's campaigns ended on 2026-10-30)",
        )?;
        let Some(page) = answer.applications_response else { break };
        for item in page.item.unwrap_or_default() {
            let (Some(id), Some(name)) = (item.id, item.name) else { continue };
            found.push(Application { id, name });
        }
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    Ok(found)
}

fn absent(name: &str) -> String {
    format!(
        "this region has no Pinpoint application named {name}; correct `pinpoint.application`, write the application's id \
         there, or remove `pinpoint` from the manifest"
    )
}

fn not_emulated(wanted: &str, there: &[Application]) -> String {
    let names: Vec<String> = there.iter().map(|application| format!("`{}`", application.name)).collect();
    format!(
        "the emulator has no Pinpoint application {wanted}; AWS may have it. With --local write one that the emulator has \
         into `pinpoint.application`: {}",
        names.join(" or ")
    )
}
