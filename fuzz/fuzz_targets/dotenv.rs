//! Any text as a `.env` file, with and without expansion.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secrets_config_core::__private::fuzz;

fuzz_target!(|text: &str| fuzz::dotenv(text));
