//! The faults a service has to survive, one file each, under the number it has in `docs/scenarios.md`.
