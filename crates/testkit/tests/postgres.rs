//! The PostgreSQL server.

use testkit::{Error, Postgres};

#[tokio::test]
async fn answers_questions() {
    let postgres = Postgres::start().await.unwrap();
    let rows = postgres.query("select 1, null, 'a\nb' union all select 2, 'x', ''").await.unwrap();
    assert_eq!(rows, [["1", "", "a\nb"], ["2", "x", ""]]);
    assert_eq!(postgres.query("select 1 where false").await.unwrap(), Vec::<Vec<String>>::new());
    assert_eq!(postgres.query("select ''").await.unwrap(), [[""]]);
}

#[tokio::test]
async fn says_why_it_refuses() {
    let postgres = Postgres::start().await.unwrap();
    let error = postgres.query("select * from nowhere").await.unwrap_err();
    assert!(matches!(&error, Error::Program { output, .. } if output.contains("nowhere")), "{error}");
}

#[tokio::test]
async fn several_run_at_once() {
    let (one, two) = tokio::try_join!(Postgres::start(), Postgres::start()).unwrap();
    assert_ne!(one.port(), two.port());
    one.create_database("only \"here\"").await.unwrap();
    let count = "select count(*) from pg_database where datname like 'only%'";
    assert_eq!(one.query(count).await.unwrap(), [["1"]]);
    assert_eq!(two.query(count).await.unwrap(), [["0"]]);
}

#[tokio::test]
async fn keeps_its_data_over_a_restart_and_a_kill() {
    let mut postgres = Postgres::start().await.unwrap();
    let port = postgres.port();
    postgres.query("create role kept").await.unwrap();
    postgres.restart().await.unwrap();
    assert_eq!(postgres.roles_like("kep").await.unwrap(), ["kept"]);

    postgres.kill().await.unwrap();
    assert!(postgres.query("select 1").await.is_err());
    assert_eq!(postgres.pid(), None);
    postgres.restart().await.unwrap();
    assert_eq!(postgres.roles_like("kep").await.unwrap(), ["kept"]);
    assert_eq!(postgres.port(), port);
}
