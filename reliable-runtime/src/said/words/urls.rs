//! What is secret in a URL: who logs in with which password, and the query, in which there may be a key.
//!
//! An error of an HTTP client says for which URL it is, and is wrapped in other errors. So URLs are looked for in the words.
//! In doubt more of one is left out than need be.

/// The text, which is escaped, without that. `is_cut`: its end is not the end of what was said.
pub(super) fn without_secrets(text: &str, is_cut: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, behind) = rest.split_at(at + "://".len());
        out.push_str(before);
        let (url, after) = behind.split_at(end(behind, is_cut));
        let (host, path) = without_user(url, is_cut && after.is_empty());
        out.push_str(host);
        let (path, query) = path.split_at(start_of_query(path));
        // There may be another URL in the path, and the query is that one's.
        let left = if path.contains("://") {
            path.len() + query.len()
        } else {
            out.push_str(path);
            closing(query)
        };
        rest = &behind[url.len() - left..];
    }
    out + rest
}

/// Where a URL ends. What is never in one, as those who write it encode that, is in a password which nobody has encoded: such a
/// URL is told by the very error that says so.
fn end(text: &str, is_cut: bool) -> usize {
    let mut end = end_of_word(text);
    loop {
        let (url, behind) = text.split_at(end);
        if has_port(behind_user(url).trim_end_matches(CLOSING)) {
            return end;
        }
        let is_in_reach = |at: usize| at <= LONGEST_TORN && !behind[..at].contains("://");
        match behind.find('@') {
            Some(at) if is_in_reach(at) => end += at + 1 + end_of_word(&behind[at + 1..]),
            None if is_cut && is_in_reach(behind.len()) => return text.len(),
            _ => return end,
        }
    }
}

/// So far behind it may be what ends such a password.
const LONGEST_TORN: usize = 128;

/// Up to what is never in a URL.
fn end_of_word(text: &str) -> usize {
    let ends = |&(at, c): &(usize, char)| match c {
        ' ' | '"' | '<' | '>' => true,
        '\\' => is_escape(&text[at + 1..]),
        // Punctuation of other scripts.
        _ => matches!(c, '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}'),
    };
    text.char_indices().find(ends).map_or(text.len(), |(at, _)| at)
}

/// What stands behind a backslash where that is an escape of ours or of a `Debug`, and not a part of the URL.
fn is_escape(text: &str) -> bool {
    text.starts_with(['n', 'r', 't', '"', '\'']) || text.starts_with("u{")
}

/// The host with its port, and all behind it.
fn without_user(url: &str, is_open: bool) -> (&str, &str) {
    let url = behind_user(url);
    let authority = end_of_authority(url);
    // The end is missing, and with it perhaps the `@` which says that this is a password, or a part of one.
    if is_open && (authority == url.len() || !has_port(url)) { ("", "") } else { url.split_at(authority) }
}

fn behind_user(mut url: &str) -> &str {
    // What is left may look as if there were another one.
    while let Some(end) = end_of_user(url) {
        url = &url[end + 1..];
    }
    url
}

/// A password in which there is a slash ends the authority too early, and leaves what is no port.
fn end_of_user(url: &str) -> Option<usize> {
    let authority = &url[..end_of_authority(url)];
    authority.rfind('@').or_else(|| url.rfind('@').filter(|_| !has_port(url)))
}

/// Whether what stands behind the host is a port, if there is anything.
fn has_port(url: &str) -> bool {
    let authority = &url[..end_of_authority(url)];
    let port = authority.split_once(':').filter(|_| !authority.starts_with('['));
    port.is_none_or(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
}

fn end_of_authority(url: &str) -> usize {
    url.find(['/', '?', '#']).unwrap_or(url.len())
}

/// A `#` begins one, too, if there is something in it that has a value.
fn start_of_query(path: &str) -> usize {
    let fragment = path.find('#').filter(|at| path[*at..].contains('='));
    [path.find('?'), fragment].into_iter().flatten().min().unwrap_or(path.len())
}

/// The length of what closes the query, and is not a part of it: `(https://example.com/?key=1),`
fn closing(query: &str) -> usize {
    query.len() - query.trim_end_matches(CLOSING).len()
}

/// What stands behind a URL in a text.
const CLOSING: [char; 13] = [')', ']', '}', ',', '.', ';', ':', '!', '\'', '`', '|', '*', '\\'];
