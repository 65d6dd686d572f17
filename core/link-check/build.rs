//! Machines without an operating system have nothing that calls `main`.

fn main() {
    let target = std::env::var("TARGET").unwrap_or_default();
    if target.starts_with("thumb") {
        println!("cargo:rustc-link-arg=-e_start");
    }
}
