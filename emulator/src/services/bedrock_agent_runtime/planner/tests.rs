//! The planner's tables: which question leads to which call, and what is said when none does.

use super::{Argument, Asking, Plan, plan, report};
use crate::services::bedrock_agent::routed::{Executor, Function, Group, Parameter};

/// 2026-11-22T09:00:00Z.
const NOW: u64 = 1_795_338_000_000;

/// What the article's agent says of its function.
const ARTICLE: [&str; 2] = [
    "Amazon Pinpoint からプッシュ通知開封率を取得します。",
    "プッシュ通知開封率を取得します。最後に配信したキャンペーンの開封率、全キャンペーンの平均、キャンペーンごとの開封率を、計算済みのパーセントで",
];
const ARTICLE_DAYS: &str = "今日を含む直近の日数。1 から 90 までの整数。省略すると 90 です。";

fn parameter(name: &str, kind: &str, required: bool, description: &str) -> Parameter {
    Parameter { name: name.to_owned(), description: description.to_owned(), kind: kind.to_owned(), required }
}

fn function(name: &str, description: &str, parameters: Vec<Parameter>) -> Function {
    Function { name: name.to_owned(), description: description.to_owned(), parameters, confirmed: false }
}

fn group(name: &str, description: &str, functions: Vec<Function>) -> Group {
    let executor = Executor::ReturnControl;
    Group { name: name.to_owned(), description: description.to_owned(), executor, functions }
}

fn article() -> Vec<Group> {
    let days = parameter("days", "integer", false, ARTICLE_DAYS);
    vec![group("get_my_api", ARTICLE[0], vec![function("get_my_api", ARTICLE[1], vec![days])])]
}

/// A group in Japanese and one in English, with parameters of every type.
fn many() -> Vec<Group> {
    let cost = vec![parameter("month", "string", false, "調べる月を YYYY-MM の形で。")];
    let metric = vec![
        parameter("metric", "string", true, "メトリクス名"),
        parameter("statistic", "string", false, "統計。Average、Sum、Maximum のいずれか。"),
        parameter("hours", "integer", false, "今から何時間前までを調べるか。"),
    ];
    let orders = vec![
        parameter("date", "string", true, "The day, YYYY-MM-DD"),
        parameter("status", "string", false, "One of: open, shipped, returned"),
        parameter("paid", "boolean", false, "Only paid ones"),
        parameter("limit", "integer", false, "How many at most"),
        parameter("price", "number", false, "The lowest price in dollars"),
    ];
    let tags = vec![parameter("tags", "array", true, "The tags"), parameter("note", "string", false, "A note")];
    vec![
        group(
            "aws",
            "",
            vec![
                function("get_cost", "AWS の1か月の料金を取得します。", cost),
                function("get_metric", "メトリクスの値を取得します。", metric),
            ],
        ),
        group(
            "shop",
            "",
            vec![
                function("find_orders", "Finds the orders of a day.", orders),
                function("tag_customer", "Puts tags on a customer.", tags),
            ],
        ),
    ]
}

/// The call as `function(name=value, …)`; what is said, if there is none.
fn planned(question: &str, groups: &[Group]) -> String {
    match plan(question, NOW, groups, None) {
        Plan::Call(chosen) => super::speech::called(&chosen),
        Plan::Ask { asking, .. } => format!("? {}", asking.parameter),
        Plan::Tell(_) => "-".to_owned(),
    }
}

#[test]
fn the_articles_question_is_for_the_articles_function() {
    let manifest = include_str!("../../../../../agent.yaml");
    for text in ARTICLE.into_iter().chain([ARTICLE_DAYS]) {
        assert!(manifest.contains(text), "agent.yaml says something else by now than {text}");
    }
    for (question, expected) in [
        ("最新の開封率を教えて", "get_my_api.get_my_api()"),
        ("直近30日の開封率は？", "get_my_api.get_my_api(days=30)"),
        ("直近３０日間のプッシュ通知の開封率", "get_my_api.get_my_api(days=30)"),
        ("2026年11月22日の開封率は？", "get_my_api.get_my_api()"),
        ("キャンペーンの平均 days=7", "get_my_api.get_my_api(days=7)"),
        ("get_my_api を呼んで", "get_my_api.get_my_api()"),
        ("こんにちは", "-"),
        ("What is the weather?", "-"),
    ] {
        assert_eq!(planned(question, &article()), expected, "{question}");
    }
}

#[test]
fn a_function_is_chosen_by_name_description_and_parameters() {
    for (question, expected) in [
        ("先月の料金は？", "aws.get_cost(month=2026-10)"),
        ("2026年9月の料金を教えて", "aws.get_cost(month=2026-09)"),
        ("料金は？", "aws.get_cost()"),
        ("メトリクス「Errors」の値", "aws.get_metric(metric=Errors)"),
        ("メトリクス「Errors」の Sum を12時間分", "aws.get_metric(metric=Errors, statistic=Sum, hours=12)"),
        ("メトリクスの値を見せて", "? metric"),
        ("orders of 2026-11-20", "shop.find_orders(date=2026-11-20)"),
        ("Which orders were shipped yesterday?", "shop.find_orders(date=2026-11-21, status=shipped)"),
        ("orders of today, paid=true, limit: 5", "shop.find_orders(date=2026-11-22, paid=true, limit=5)"),
        ("orders of today, paid=maybe, limit=many", "shop.find_orders(date=2026-11-22)"),
        ("orders of today above 9.5 dollars", "shop.find_orders(date=2026-11-22, price=9.5)"),
        ("show the orders", "? date"),
        ("tag the customer with \"vip\" and \"new\"", "shop.tag_customer(tags=[vip, new])"),
        ("tag the customer: tags=[a, b] note=\"by hand\"", "shop.tag_customer(tags=[a, b], note=by hand)"),
        ("the weather of 2026-11-20", "-"),
        ("", "-"),
    ] {
        assert_eq!(planned(question, &many()), expected, "{question}");
    }
}

/// Every order of these parameters.
fn orders(parameters: &[Parameter]) -> Vec<Vec<Parameter>> {
    let [first, rest @ ..] = parameters else { return vec![Vec::new()] };
    let insert = |rest: &Vec<Parameter>| {
        let at = |place: usize| [&rest[..place], std::slice::from_ref(first), &rest[place..]].concat();
        (0..=rest.len()).map(at).collect::<Vec<_>>()
    };
    orders(rest).iter().flat_map(insert).collect()
}

/// What each parameter gets, sorted by name, in whatever order the parameters come.
fn bound(question: &str, parameters: &[Parameter]) -> String {
    let mut found: Vec<String> = Vec::new();
    for order in orders(parameters) {
        let text = match plan(question, NOW, &[group("g", "", vec![function("book", "Books it.", order)])], None) {
            Plan::Call(mut chosen) => {
                chosen.arguments.sort_by(|one, other| one.name.cmp(&other.name));
                super::speech::listed(&chosen.arguments)
            }
            Plan::Ask { asking, .. } => format!("? {}", asking.parameter),
            Plan::Tell(text) => panic!("{text}"),
        };
        found.push(text);
    }
    found.dedup();
    assert_eq!(found.len(), 1, "{question}: {found:?}");
    found.remove(0)
}

#[test]
fn the_order_of_the_parameters_decides_nothing_and_their_names_and_places_do() {
    let text = |name: &str| parameter(name, "string", true, "");
    let trip = [text("origin"), text("destination"), text("start_date"), text("end_date")];
    let span = [text("from"), text("to")];
    let dates = [text("start_date"), text("end_date")];
    let note = [text("title"), parameter("note", "string", false, "")];
    let japanese =
        [parameter("a", "string", true, "開始日 YYYY-MM-DD"), parameter("b", "string", true, "終了日 YYYY-MM-DD")];
    let hours = [parameter("max_hours", "integer", true, ""), parameter("min_hours", "integer", true, "")];
    let trip_bound = "destination=NYC, end_date=2026-12-05, origin=Boston, start_date=2026-12-01";
    for (question, parameters, expected) in [
        ("book a trip from \"Boston\" to \"NYC\" from 2026-12-01 to 2026-12-05", &trip[..], trip_bound),
        ("book a trip to \"NYC\" from \"Boston\" until 2026-12-05, starting 2026-12-01", &trip, trip_bound),
        ("book: destination \"NYC\", origin \"Boston\", end date 2026-12-05, start date 2026-12-01", &trip, trip_bound),
        ("book destination=\"NYC\" \"Boston\" 2026-12-01 2026-12-05", &trip, trip_bound),
        ("book \"a\" \"b\"", &span, "from=a, to=b"),
        ("book between \"a\" and \"b\"", &span, "from=a, to=b"),
        ("book 2026-12-01 2026-12-05", &dates, "end_date=2026-12-05, start_date=2026-12-01"),
        ("book until 2026-12-05", &dates, "? start_date"),
        ("book \"lunch\"", &note, "title=lunch"),
        ("book note \"vegan\", title \"lunch\"", &note, "note=vegan, title=lunch"),
        ("book 12月1日から12月5日まで", &japanese, "a=2026-12-01, b=2026-12-05"),
        ("book 12月5日まで、12月1日から", &japanese, "a=2026-12-01, b=2026-12-05"),
        ("book 3 hours to 5 hours", &hours, "max_hours=5, min_hours=3"),
    ] {
        assert_eq!(bound(question, parameters), expected, "{question}");
    }
}

#[test]
fn the_same_question_has_the_same_answer() {
    let first = plan("料金とメトリクスの値", NOW, &many(), None);
    for _ in 0..10 {
        assert_eq!(plan("料金とメトリクスの値", NOW, &many(), None), first);
    }
}

fn asked(question: &str) -> (String, Asking) {
    match plan(question, NOW, &many(), None) {
        Plan::Ask { text, asking } => (text, asking),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_required_parameter_is_asked_for_and_its_answer_makes_the_call_whole() {
    let (text, asking) = asked("メトリクスの Maximum を12時間分");
    assert!(text.contains("metric（メトリクス名）") && text.contains("モデルは使われていません"), "{text}");
    let Plan::Call(chosen) = plan("CPUUtilization", NOW, &many(), Some(asking)) else { panic!("no call") };
    let value = |name: &str| chosen.arguments.iter().find(|argument| argument.name == name).map(|each| &each.value);
    assert_eq!(value("metric").map(String::as_str), Some("CPUUtilization"));
    assert_eq!(value("statistic").map(String::as_str), Some("Maximum"));
    assert_eq!(value("hours").map(String::as_str), Some("12"));

    let (text, asking) = asked("show the orders that were returned");
    assert!(text.contains("date (The day, YYYY-MM-DD)") && text.contains("No model was involved"), "{text}");
    let Plan::Call(chosen) = plan("11月20日", NOW, &many(), Some(asking)) else { panic!("no call") };
    assert!(chosen.arguments.contains(&Argument {
        name: "date".to_owned(),
        kind: "string".to_owned(),
        value: "2026-11-20".to_owned()
    }));
}

#[test]
fn who_asks_for_something_else_is_not_taken_to_answer() {
    let (_, asking) = asked("show the orders");
    let Plan::Call(chosen) = plan("料金は？", NOW, &many(), Some(asking)) else { panic!("no call") };
    assert_eq!(super::speech::called(&chosen), "aws.get_cost()");
}

#[test]
fn a_question_that_fits_nothing_is_told_what_the_agent_can_do() {
    let Plan::Tell(text) = plan("今日の天気", NOW, &many(), None) else { panic!("no text") };
    assert!(text.contains("- aws.get_cost: AWS の1か月の料金を取得します。"), "{text}");
    let Plan::Tell(text) = plan("Hello there", NOW, &[], None) else { panic!("no text") };
    assert!(text.contains("no functions") && text.contains("Hello there"), "{text}");
}

#[test]
fn what_came_back_is_reported_in_the_questions_language() {
    let Plan::Call(chosen) = plan("料金は？", NOW, &many(), None) else { panic!("no call") };
    let text = report("料金は？", &chosen, "{\"total\": 3}", false);
    assert!(text.contains("モデルは使われていません") && text.ends_with("{\"total\": 3}"), "{text}");
    let text = report("cost?", &chosen, "which month?", true);
    assert!(text.contains("No model was involved") && text.contains("REPROMPT"), "{text}");
}
