//! The code of the README and of the book, compiled and run as tests.

macro_rules! pages {
    ($($Page:ident: $path:literal,)+) => {$(
        #[doc = include_str!(concat!("../", $path))]
        struct $Page;
    )+};
}

pages! {
    ReadMe: "README.md",
    Contract: "docs/contract.md",
    Writing: "docs/writing.md",
    Checking: "docs/checking.md",
    Exact: "docs/exact.md",
    Simulating: "docs/simulating.md",
    Running: "docs/running.md",
}
