//! STS: who the caller is. Every key is the key of one user, `emulator`.

use crate::call::{Body, Call, Reply};
use crate::form::Form;
use crate::refusal::Refusal;
use crate::xml::element;

const VERSION: &str = "2011-06-15";

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (action, form) = Form::read(call.body, VERSION)?;
    if action != "GetCallerIdentity" {
        return Err(Refusal::not_emulated(format_args!("the operation {action} of STS")));
    }
    form.finish()?;
    let account = call.account;
    let arn = element("Arn", &format!("arn:aws:iam::{account}:user/emulator"));
    let identity = arn + &element("UserId", "AIDAEMULATEDACCOUNT00") + &element("Account", account);
    let content = format!("<GetCallerIdentityResult>{identity}</GetCallerIdentityResult>");
    Ok(Reply { status: 200, body: Body::Xml(content), operation: "GetCallerIdentity", writes: false })
}

#[cfg(test)]
mod tests {
    use crate::asking::Asking;

    #[tokio::test(start_paused = true)]
    async fn the_caller_is_told_who_it_is() {
        let aws = Asking::new();
        let seen = aws.query("sts", "2011-06-15", "GetCallerIdentity", "").await;
        assert!(seen.body.contains("<Account>123456789012</Account>"), "{}", seen.body);
        let wrong = aws.query("sts", "2010-05-08", "GetCallerIdentity", "").await;
        assert_eq!((wrong.status, wrong.code.as_str()), (400, "InvalidAction"));
        let unknown = aws.query("sts", "2011-06-15", "AssumeRole", "").await;
        assert_eq!(unknown.status, 501);
    }
}
