//! Mistakes that do not compile, and what the compiler says. Each has a twin that does compile.

#[test]
fn mistakes_are_refused_at_compile_time() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("refusals/*.rs");
    cases.pass("refusals/accepted/*.rs");
}
