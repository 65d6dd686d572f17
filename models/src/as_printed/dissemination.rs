//! The second text's formulas, as printed.
