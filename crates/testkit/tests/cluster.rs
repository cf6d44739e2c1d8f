//! Several OpenBao servers of which one leads.

use serde_json::json;
use testkit::Cluster;

#[tokio::test]
async fn another_server_leads_when_the_leader_is_killed() {
    let mut cluster = Cluster::start().await.unwrap();
    let first = cluster.leader().await.unwrap().address();
    assert_eq!(cluster.standby().await.unwrap().admin().health().await.unwrap(), 429);
    let admin = cluster.leader().await.unwrap().admin();
    admin.post("sys/mounts/kv", json!({ "type": "kv" })).await.unwrap();
    admin.put("kv/kept", json!({ "colour": "green" })).await.unwrap();

    cluster.kill_leader().await.unwrap();
    let second = cluster.leader().await.unwrap();
    assert_ne!(second.address(), first);
    assert_eq!(second.admin().get("kv/kept").await.unwrap()["data"]["colour"], "green");

    cluster.revive().await.unwrap();
    cluster.kill_leader().await.unwrap();
    let third = cluster.leader().await.unwrap();
    assert_eq!(third.admin().get("kv/kept").await.unwrap()["data"]["colour"], "green");
}
