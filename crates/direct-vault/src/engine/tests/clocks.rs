//! Machines that sleep, and clocks that are set.

use super::{
    DAY, HOUR, MINUTE, SECOND, is_issue, is_lease_renewal, is_login, is_token_renewal,
    world::{Fault, World},
};
use crate::State;

#[test]
fn s32_after_a_sleep_no_lease_that_has_ended_is_taken_for_good() {
    for does_boot_clock_know in [true, false] {
        for seed in 0..50 {
            let mut world = World::seeded(seed);
            world.run_for(MINUTE * (1 + seed as u32));
            world.sleep(2 * HOUR, does_boot_clock_know);
            world.vault.fault = Fault::Sealed;
            world.run_for(SECOND);
            assert_eq!(world.state(), State::Expired, "seed {seed}: within a second of waking");
            world.vault.fault = Fault::None;
            world.run_for(10 * SECOND);
            assert!(world.is_well(), "seed {seed}");
        }
    }
}

#[test]
fn s32_a_short_sleep_costs_nothing() {
    let mut world = World::new();
    world.run_for(MINUTE);
    for _ in 0..24 * 4 {
        world.sleep(5 * MINUTE, true);
        world.run_for(10 * MINUTE);
    }
    assert_eq!((world.count(is_login), world.count(is_issue), world.lapses), (1, 1, 0));
}

#[test]
fn s32_a_wall_clock_set_back_delays_no_renewal() {
    let mut world = World::new();
    world.run_for(MINUTE);
    world.set_wall_clock(|wall| wall - 2 * HOUR);
    world.run_for(HOUR.mul_f64(0.55));
    assert_eq!((world.count(is_token_renewal), world.count(is_lease_renewal)), (1, 1));
    world.run_for(DAY);
    assert_eq!((world.count(is_login), world.lapses), (1, 0));
}

#[test]
fn s32_a_wall_clock_set_forward_costs_a_generation_at_most() {
    let mut world = World::new();
    world.run_for(MINUTE);
    world.set_wall_clock(|wall| wall + 2 * HOUR);
    world.run_for(5 * SECOND);
    assert!(world.is_well());
    assert_eq!(world.vault.live_users(), 1, "what was taken for ended is revoked");
    world.run_for(DAY);
    assert_eq!((world.count(is_login), world.count(is_issue), world.lapses), (2, 2, 0));
}
