//! What the tests of `direct-vault` start from: a real server, set up as an operator would.
