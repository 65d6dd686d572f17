//! Errors in the usage of the command, in a line.

use clap::error::ErrorKind;

/// What is wrong, and what to do about it; `None` when nothing is, and help is to be shown.
pub(crate) fn in_a_line(error: &clap::Error) -> Option<String> {
    let help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    (!help).then(|| flatten(&error.render().to_string()))
}

/// Paragraphs become parts of a line, but for the one that repeats the usage.
fn flatten(text: &str) -> String {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    let paragraphs = text.trim_end().split("\n\n").filter(|part| !part.starts_with("Usage:"));
    let words = paragraphs.map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    words.collect::<Vec<_>>().join("; ").replace("; For more", "; for more")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_several_paragraphs_becomes_a_line_without_the_usage() {
        let text = "error: unexpected argument '--lost' found\n\n  \
                    tip: a similar argument exists: '--list'\n\n\
                    Usage: rumormill check [OPTIONS]\n\nFor more information, try '--help'.\n";
        let line = "unexpected argument '--lost' found; tip: a similar argument exists: '--list'; \
                    for more information, try '--help'.";
        assert_eq!(flatten(text), line);
    }
}
