//! Thirty days of one pod to which everything happens.
