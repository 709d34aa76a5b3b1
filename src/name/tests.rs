//! Checks each naming rule at its edges.

use super::{
    AccountId, BedrockName, ConnectorName, EnvironmentKey, NameError, RegionName, StackName, TagKey, TagValue,
};

/// Says which of the texts a name takes, and which it refuses.
fn check<N>(taken: &[&str], refused: &[&str])
where
    N: for<'t> TryFrom<&'t str, Error = NameError>,
{
    for text in taken {
        assert!(N::try_from(text).is_ok(), "{text:?} should be taken");
    }
    for text in refused {
        assert!(N::try_from(text).is_err(), "{text:?} should be refused");
    }
}

#[test]
fn a_stack_name_is_lower_case_words_with_single_separators() {
    let forty = "a".repeat(40);
    let longer = "a".repeat(41);
    check::<StackName>(
        &["ab", "push-openrate", "a_b-c1", &forty],
        &["", "a", "Ab", "-ab", "ab-", "a--b", "a.b", "開封率", &longer],
    );
}

#[test]
fn a_bedrock_name_counts_letters_not_separators() {
    let hundred = "a-".repeat(100);
    let longer = format!("{hundred}a");
    check::<BedrockName>(&["a", "Get_my-api1", "ends_", &hundred], &["", "_a", "a__b", "a-_b", "a b", "é", &longer]);
}

#[test]
fn a_connector_name_has_at_most_twenty_characters() {
    check::<ConnectorName>(&["a", "-_-", "exactly-twenty-chars"], &["", "twenty-one-characters", "a b", "a.b"]);
}

#[test]
fn the_connector_of_a_long_stack_name_is_cut_and_stays_distinct() {
    let connector =
        |stack: &str| ConnectorName::of_stack(&StackName::try_from(stack).expect("a good name")).to_string();
    assert_eq!(connector("exactly-twenty-chars"), "exactly-twenty-chars");
    assert_eq!(connector("a-stack-with-a-name-that-is-long"), "a-stack-with-a-27c7");
    assert_ne!(connector("incident-summary-production"), connector("incident-summary-procurement"));
    assert!(ConnectorName::try_from(&*connector("incident-summary-production")).is_ok());
}

#[test]
fn an_account_id_is_twelve_digits() {
    check::<AccountId>(&["123456789012", "000000000001"], &["12345678901", "1234567890123", "12345678901a", ""]);
}

#[test]
fn a_region_is_known_by_its_shape() {
    check::<RegionName>(
        &["ap-northeast-1", "us-gov-west-1", "eu-isoe-west-1"],
        &["", "tokyo", "ap-northeast", "ap-northeast-1a", "AP-northeast-1", "ap--1", "ap-1"],
    );
}

#[test]
fn agents_exist_in_tokyo_and_not_in_osaka() {
    let has_agents = |region: &str| RegionName::try_from(region).expect("a good region").has_agents();
    assert!(has_agents("ap-northeast-1"));
    assert!(!has_agents("ap-northeast-3"));
}

#[test]
fn a_tag_key_may_not_be_one_of_ours_or_of_aws() {
    let longest = "k".repeat(128);
    let longer = "k".repeat(129);
    check::<TagKey>(
        &["team", "cost centre", "a:b/c=+@-", &longest],
        &["", "aws:x", "AWS:x", "bedrock-ops:stack", "部署", &longer],
    );
}

#[test]
fn a_tag_value_may_be_empty() {
    let longer = "v".repeat(257);
    check::<TagValue>(&["", "marketing", "a b"], &["a,b", "営業", &longer]);
}

#[test]
fn an_environment_key_may_not_be_one_that_lambda_sets() {
    check::<EnvironmentKey>(
        &["KPI_NAME", "ab", "AWS_LWA_PORT"],
        &["", "A", "1A", "_A", "A-B", "AWS_REGION", "LAMBDA_TASK_ROOT"],
    );
}

#[test]
fn a_name_beside_another_keeps_the_rule_however_long_that_is() {
    for name in ["live", "live-", "a", &"a".repeat(100), &"a-".repeat(100)] {
        let beside = BedrockName::try_from(name).expect(name).beside("candidate");
        assert_eq!(BedrockName::try_from(beside.as_str()).as_ref(), Ok(&beside));
        assert!(beside.as_str().ends_with("-candidate"), "{beside}");
    }
    assert_eq!(BedrockName::live().beside("candidate").as_str(), "live-candidate");
}

#[test]
fn the_refusal_says_the_rule_in_words() {
    let error = StackName::try_from("Push Rate").expect_err("capitals and a space");
    assert_eq!(
        error.to_string(),
        "`Push Rate` is not a stack name: use 2 to 40 lower-case letters and digits, in words joined by single `-` or `_`"
    );
}
