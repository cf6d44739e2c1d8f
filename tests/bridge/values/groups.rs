//! Where from: a struct that is there by any of its variables.

use secrets_config::{Config, Kind, Secret};

use super::{files::Files, only, refused};

#[derive(Debug, Config)]
struct Group {
    #[config(nested)]
    replica: Option<Replica>,
}

#[derive(Debug, Config)]
struct Replica {
    #[config(alias = "ADDRESS")]
    host: String,
    #[config(nested)]
    tls: Option<Tls>,
}

#[derive(Debug, Config)]
struct Tls {
    key: Secret<String>,
}

#[test]
fn a_group_is_there_by_any_of_its_variables() {
    for (variable, text) in [("REPLICA_HOST", "db"), ("REPLICA_ADDRESS", "db")] {
        let replica = Group::from_pairs([(variable, text)]).unwrap().replica;
        assert_eq!(replica.map(|replica| replica.host).as_deref(), Some("db"), "{variable}");
    }
    let problem = refused(Group::from_pairs([("REPLICA_TLS_KEY", "hunter2")]));
    assert_eq!((problem.variable(), problem.kind()), ("REPLICA_HOST", Kind::Missing));
    assert_eq!(problem.hint(), Some("needed because REPLICA_TLS_KEY is set"));
}

#[test]
fn a_group_is_there_by_any_of_its_files() {
    for names in [["replica-host", "replica-tls-key"], ["replica/host", "replica/tls/key"]] {
        let files = Files::new(names.map(|name| (name, "hunter2")));
        let replica = Group::loader().secrets_dir(files.0.path()).load().unwrap().replica.unwrap();
        assert_eq!(replica.tls.unwrap().key, Secret::from("hunter2"), "{names:?}");
    }
    for name in ["replica-tls-key", "replica/tls/key"] {
        let files = Files::new([(name, "hunter2")]);
        let Err(report) = Group::loader().secrets_dir(files.0.path()).load() else {
            panic!("{name} is overlooked");
        };
        assert_eq!(
            (only(&report).variable(), only(&report).kind()),
            ("REPLICA_HOST", Kind::Missing),
            "{name}"
        );
    }
}
