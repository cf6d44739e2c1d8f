//! Any text as a duration.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secrets_config_core::__private::fuzz;

fuzz_target!(|text: &str| fuzz::duration(text));
