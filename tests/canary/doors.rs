//! x
#[path = "doors/scan.rs"]
mod scan;
#[test]
fn list() {
    for c in ["secrets-config-derive", "direct-vault", "rotating-pool"] {
        println!("== {c}");
        for d in scan::doors(c) {
            println!("{d}");
        }
    }
}
