//! What theory predicts.

pub mod logistic;
