//! Any text as a list and as a map.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secrets_config_core::__private::fuzz;

fuzz_target!(|text: &str| fuzz::list(text));
