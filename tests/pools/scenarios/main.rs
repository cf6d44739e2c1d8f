//! The faults a pool has to survive.
