//! Drives a deployment with the official Rust client. Prints what it saw as JSON.

use std::{collections::BTreeMap, env, error::Error};

use convex::{ConvexClient, FunctionResult, QuerySubscription, Value};
use futures::StreamExt;
use serde_json::{Value as Json, json};

type Arguments = BTreeMap<String, Value>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [address, token]: [String; 2] = env::args()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .expect("address, token");
    let mut watcher = ConvexClient::new(&address).await?;
    let mut writer = ConvexClient::new(&address).await?;
    let list = || arguments([("list", "rust")]);
    let item = |text| arguments([("list", "rust"), ("text", text)]);

    let mut items = watcher.subscribe("items:all", list()).await?;
    let first = next(&mut items).await;
    let added = shown(writer.mutation("items:add", item("hello")).await?);
    let second = next(&mut items).await;
    let own = shown(watcher.mutation("items:add", item("more")).await?);
    let third = next(&mut items).await;
    let count = shown(watcher.query("items:count", list()).await?);
    let action = shown(
        watcher
            .action("items:shout", arguments([("text", "hello")]))
            .await?,
    );
    let failing_query = shown(watcher.query("items:failing", Arguments::new()).await?);
    let failing_mutation = shown(watcher.mutation("items:add", item("bad")).await?);

    let mut user = watcher.subscribe("items:whoami", Arguments::new()).await?;
    let nobody = next(&mut user).await;
    watcher.set_auth(Some(token)).await;
    let signed_in = next(&mut user).await;
    watcher.set_auth(None).await;
    let signed_out = next(&mut user).await;

    let seen = json!({
        "results": [first, second, third],
        "answers": [added, own],
        "count": count,
        "action": action,
        "failing query": failing_query,
        "failing mutation": failing_mutation,
        "users": [nobody, signed_in, signed_out],
    });
    println!("{seen}");
    Ok(())
}

fn arguments<const N: usize>(pairs: [(&str, &str); N]) -> Arguments {
    pairs
        .map(|(name, value)| (name.to_owned(), Value::from(value.to_owned())))
        .into()
}

async fn next(subscription: &mut QuerySubscription) -> Json {
    shown(subscription.next().await.expect("a result"))
}

fn shown(result: FunctionResult) -> Json {
    match result {
        FunctionResult::Value(value) => value.into(),
        FunctionResult::ErrorMessage(message) => json!({ "message": message }),
        FunctionResult::ConvexError(error) => json!({ "data": Json::from(error.data) }),
    }
}
