//! Compiles every code block of the documents that are not part of a crate.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../docs/architecture.md")]
struct Architecture;
