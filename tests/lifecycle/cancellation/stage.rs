//! The moments of a life at which something is under way.

use std::{future::pending, time::Duration};

use direct_vault::{Error, Status, Vault};
use lifecycle_tests::turns::{complete, cut_after, settle, until};
use secrets_config_core::{DbCredentials, Rotating};
use testkit::Terms;
use tokio::time::advance;

use crate::ground::{Ground, LONG, LOOK, PATH, SECRET_ID, STATIC};

/// A moment: how Vault is set up, when it begins and with what, and how it is seen to be over.
#[derive(Clone, Copy)]
pub(crate) struct Stage {
    pub(crate) terms: Terms,
    /// The secret id comes wrapped.
    is_wrapped: bool,
    /// Vault is behind TLS.
    has_tls: bool,
    /// What is held has no lease.
    is_static: bool,
    /// How long after the start it begins.
    from: Duration,
    begin: fn(&Ground, &Vault),
    /// What was begun has been seen, and is to end.
    is_seen: fn(&Ground, &Status) -> bool,
    end: fn(&Ground),
    is_over: fn(&Status) -> bool,
    /// How long it takes at most until what nobody holds is let go of.
    pub(crate) let_go: Duration,
}

/// In 30 s something is renewed after 7 to 17 s. That it is overdue then makes the first turn the same one each time.
const WHEN_DUE: Duration = Duration::from_secs(17);

const UNDISTURBED: Stage = Stage {
    terms: LONG,
    is_wrapped: false,
    has_tls: false,
    is_static: false,
    from: WHEN_DUE,
    begin: |_, _| {},
    is_seen: |_, _| true,
    end: |_| {},
    is_over: |_| true,
    let_go: LOOK,
};

pub(crate) const TOKEN_RENEWAL: Stage = Stage {
    terms: Terms { token_ttl: Duration::from_secs(30), ..LONG },
    is_over: |status| status.counters.renewals > 0,
    ..UNDISTURBED
};

pub(crate) const LEASE_RENEWAL: Stage = Stage {
    terms: Terms { lease_ttl: Duration::from_secs(30), ..LONG },
    is_over: |status| status.counters.renewals > 0,
    ..UNDISTURBED
};

/// The renewal grants less, the lease is read anew, published, and the old one revoked.
pub(crate) const LEASE_REPLACEMENT: Stage = Stage {
    terms: Terms { lease_ttl: Duration::from_secs(30), lease_max_ttl: Duration::from_secs(31), ..LONG },
    is_over: |status| status.counters.revocations > 0,
    ..UNDISTURBED
};

/// The same with the token: another login, the lease under it, and the old token revoked, which takes its lease along.
pub(crate) const TOKEN_REPLACEMENT: Stage = Stage {
    terms: Terms { token_ttl: Duration::from_secs(30), token_max_ttl: Duration::from_secs(31), ..LONG },
    is_over: |status| status.counters.revocations > 0,
    ..UNDISTURBED
};

/// It is over after the next look at Vault's health, which nothing hurries once the lease is let go of, and a pause.
pub(crate) const OUTAGE: Stage = Stage {
    begin: |ground, _| ground.server.seal(true),
    is_seen: |ground, _| ground.asked("GET sys/health") > 2,
    end: |ground| ground.server.seal(false),
    let_go: Duration::from_secs(30 + 2).saturating_add(LOOK),
    ..LEASE_RENEWAL
};

/// The renewal is denied, and a look at the token shows that it lives: the lease is replaced instead.
pub(crate) const DENIAL: Stage = Stage {
    begin: |ground, _| ground.server.deny("sys/leases/renew"),
    is_over: |status| status.counters.revocations > 0,
    ..LEASE_RENEWAL
};

/// The renewal is denied because the token is dead.
pub(crate) const DEAD_TOKEN: Stage = Stage {
    begin: |ground, _| ground.server.revoke_all(),
    is_over: |status| status.counters.rotations > 0,
    ..LEASE_RENEWAL
};

/// Vault does not take the secret id any more. After the third refusal there is another one in the file, which is looked
/// at before the next login is due: three may be made at once.
pub(crate) const LOGIN_REFUSED: Stage = Stage {
    begin: |ground, _| ground.server.accept("another id"),
    is_seen: |ground, _| ground.asked("POST auth/approle/login") > 3,
    end: |ground| ground.give("another id"),
    is_over: |status| status.counters.rotations > 0,
    ..TOKEN_REPLACEMENT
};

/// Vault does not take the secret id that is new in the file: the one before is tried.
pub(crate) const OTHER_PROOF: Stage = Stage {
    begin: |ground, _| {
        ground.server.accept(SECRET_ID);
        ground.give("another id");
    },
    ..TOKEN_REPLACEMENT
};

/// There is another wrapped secret id in the file.
pub(crate) const UNWRAPPING: Stage =
    Stage { is_wrapped: true, begin: |ground, _| ground.give_wrapped(), ..TOKEN_REPLACEMENT };

/// Somebody has borrowed the token, which cannot be revoked until it is given back.
pub(crate) const LOAN: Stage = Stage {
    begin: |ground, vault| ground.borrow(vault),
    is_seen: |_, status| status.counters.rotations > 0,
    end: Ground::return_what_is_borrowed,
    ..TOKEN_REPLACEMENT
};

/// A login that Vault keeps is read again, and has another password.
pub(crate) const READING: Stage = Stage {
    is_static: true,
    from: Duration::from_secs(11),
    begin: |ground, _| ground.set_password("another password"),
    is_over: |status| status.counters.rotations > 0,
    ..UNDISTURBED
};

/// The files of TLS have changed. They are looked at, and count when Vault has answered with them; then the lease is
/// renewed.
pub(crate) const TLS_FILES: Stage = Stage {
    has_tls: true,
    from: Duration::ZERO,
    begin: |ground, _| ground.add_authority(),
    is_seen: |ground, _| ground.asked("GET sys/health") > 0,
    ..LEASE_RENEWAL
};

impl Stage {
    pub(crate) async fn ground(&self) -> Ground {
        match (self.is_wrapped, self.has_tls) {
            (true, _) => Ground::wrapped(self.terms).await,
            (_, true) => Ground::behind_tls(self.terms).await,
            _ => Ground::new(self.terms).await,
        }
    }

    /// Asks for what is held in it.
    pub(crate) async fn ask(&self, vault: &Vault) -> Result<Rotating<DbCredentials>, Error> {
        if self.is_static { vault.static_database(STATIC).await } else { vault.database(PATH).await }
    }

    /// Lives up to the stage and then so many turns into it. Returns whether it was over by then.
    pub(crate) async fn reach(
        &self,
        turns: usize,
        ground: &Ground,
    ) -> (Vault, Rotating<DbCredentials>, bool) {
        let vault = ground.vault().await;
        let login = complete(self.ask(&vault)).await.unwrap();
        settle().await;
        advance(self.from).await;
        (self.begin)(ground, &vault);
        let mut status = vault.status();
        let seen = status.clone();
        let end = async {
            until("what was begun is seen", || (self.is_seen)(ground, &seen.borrow())).await;
            (self.end)(ground);
            pending::<()>().await;
        };
        let over = async {
            tokio::select! {
                // Fails when there will be no more: then it is not over.
                ended = status.wait_for(self.is_over) => drop(ended.unwrap()),
                () = end => {}
            }
        };
        let is_over = cut_after(turns, over).await.is_some();
        assert!(!is_over || (self.is_seen)(ground, &vault.status().borrow()), "what was begun was not seen");
        (vault, login, is_over)
    }

    /// Ends what was begun.
    pub(crate) fn end(&self, ground: &Ground) {
        (self.end)(ground);
    }

    /// Returns how many leases there are of what is held in it.
    pub(crate) fn leases(&self) -> usize {
        usize::from(!self.is_static)
    }
}

/// Makes a test of a check for each stage.
macro_rules! at_every_stage {
    ($check:ident) => {
        $crate::stage::at_every_stage! { $check:
            while_the_token_is_renewed TOKEN_RENEWAL,
            while_the_lease_is_renewed LEASE_RENEWAL,
            while_the_lease_is_replaced LEASE_REPLACEMENT,
            while_the_token_is_replaced TOKEN_REPLACEMENT,
            during_an_outage OUTAGE,
            after_a_denial DENIAL,
            while_the_token_is_found_dead DEAD_TOKEN,
            while_the_login_is_refused LOGIN_REFUSED,
            while_the_proof_before_is_tried OTHER_PROOF,
            while_the_secret_id_is_unwrapped UNWRAPPING,
            while_the_token_is_lent LOAN,
            while_it_is_read_again READING,
            while_the_files_of_tls_are_looked_at TLS_FILES
        }
    };
    ($check:ident: $($name:ident $stage:ident),*) => {$(
        #[test]
        fn $name() {
            $check($crate::stage::$stage);
        }
    )*};
}
pub(crate) use at_every_stage;
