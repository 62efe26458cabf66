//! The long form: `PROPTEST_CASES=1000000 cargo test -p reliable-runtime --lib --release words`.

use std::fmt::Debug;

use proptest::prelude::*;

use super::*;

/// Everything that may be in a hostile text, and all that our own escapes are made of.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => any::<char>().prop_map(String::from),
        4 => "[ -~]{1,4}",
        2 => prop::sample::select(vec![
            "\u{200d}", "\u{200c}", "\u{200b}", "\u{fe0f}", "\u{301}", "\u{94d}", "\u{93f}", "\u{915}", "👩", "❤", "\u{1f3fb}",
            "\u{202e}", "\u{2066}", "\u{3164}", "\u{115f}", "\u{1160}", "\u{ffa0}", "\u{2800}", "\u{a0}", "\u{ad}", "\u{2028}",
            "\u{e0041}", "\u{e0100}", "\u{feff}", "\u{61c}", "\n", "\r\n", "\t", "\u{1b}[2K", "\\n", "\\u{1b}", "\\\\", "…", "×",
        ]).prop_map(str::to_owned),
        2 => (prop::sample::select(vec![' ', '\n', 'a', '\u{3164}', '\u{301}', '\u{200d}']), 1..40_usize)
            .prop_map(|(c, n)| c.to_string().repeat(n)),
        2 => prop::sample::select(vec![
            "https://", "://", "a://b", "@", "u:p@", "?", "?key=", "#", "#a=", "/", ":", ":80", "[::1]", ")", "\\", "'", "<",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn at_most(most: usize, text: &str) -> String {
    written(Words::at_most(most), &text)
}

fn told_at_most(most: usize, text: &str) -> String {
    written(Words::at_most(most).without_secrets(), &text)
}

/// What must never be seen as it is, said in another way than in the code.
fn deceives(c: char) -> bool {
    let zero_width =
        matches!(c, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}');
    let bidirectional = matches!(c, '\u{61c}' | '\u{202a}'..='\u{202e}');
    let blank = matches!(
        c,
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}' | '\u{34f}' | '\u{180b}'..='\u{180f}'
    );
    let invisible = matches!(c, '\u{fe00}'..='\u{fe0e}' | '\u{e0000}'..='\u{e0fff}');
    c.is_control() || (c.is_whitespace() && c != ' ') || zero_width || bidirectional || blank || invisible
}

proptest! {
    #[test]
    fn nothing_that_deceives_gets_through(text in hostile()) {
        for shown in [shown(&text), told(&text), name(text.clone()), at_most(64, &text)] {
            prop_assert!(!shown.contains(deceives), "{shown:?}");
            prop_assert!(!shown.contains(&" ".repeat(MOST_SPACES + 1)), "{shown:?}");
        }
    }

    #[test]
    fn what_was_escaped_is_not_escaped_again(text in hostile()) {
        let once = shown(&text);
        prop_assert_eq!(&shown(&once), &once);
        let told_once = told(&text);
        prop_assert_eq!(&told(&told_once), &told_once);
        prop_assert_eq!(&shown(&told_once), &told_once);
        prop_assert_eq!(name(name(text.clone())), name(text));
    }

    #[test]
    fn it_is_bounded_and_what_is_bounded_stays_as_it_is(text in hostile(), most in 64..200_usize) {
        for bounded in [at_most, told_at_most] {
            let once = bounded(most, &text);
            prop_assert!(once.len() <= most, "{} of {most}: {once:?}", once.len());
            prop_assert_eq!(&bounded(most, &once), &once);
        }
    }

    #[test]
    fn the_pieces_in_which_it_comes_make_no_difference(text in hostile(), most in 64..2000_usize) {
        let mut words = Words::at_most(most);
        text.chars().for_each(|c| write!(words, "{c}").unwrap());
        prop_assert_eq!(at_most(most, &text), words.finish());
    }

    #[test]
    fn a_text_that_is_plain_at_a_glance_stays_as_it_is(text in "[ -~]{0,300}") {
        if escape::is_plain(&text, MOST) {
            prop_assert_eq!(&shown(&text), &text);
        }
    }

    #[test]
    fn what_is_secret_in_a_url_is_not_told(
        before in "[ -~&&[^:/]]{0,10}",
        user in "USER[a-z]{1,5}",
        secret in "SECRET[a-zA-Z0-9%;&,()'{}|.~]{0,10}SECRET",
        path in "(/[a-z]{0,5}){0,3}",
        behind in "( [a-z]{1,5}|\\)|\"[a-z]|\n[a-z]|)",
    ) {
        let text = format!("{before}https://{user}:{secret}@example.com:8080{path}?q=1&key={secret}{behind}");
        let told = told(&text);
        prop_assert!(!told.contains("SECRET") && !told.contains("USER"), "{told}");
        prop_assert!(told.contains(&format!("https://example.com:8080{path}")), "{told}");
        prop_assert!(told.ends_with(&shown(&behind)), "{told}");
    }
}

const MOST_SPACES: usize = 8;

#[test]
fn what_people_write_stays_as_it_is() {
    let texts = [
        "refund 40 $ to \"ana\", it's C:\\temp",
        "straße, naïve, cafe\u{301}, Việt Nam",
        "こんにちは、世界。 값이 너무 큽니다",
        "مرحبا بالعالم שלום",
        "می\u{200c}خواهم",
        "हिन्दी में क्ष क्\u{200d}ष",
        "สวัสดี",
        "👍 ❤\u{fe0f} 👩\u{200d}⚕\u{fe0f} 👨\u{200d}👩\u{200d}👧 🏳\u{fe0f}\u{200d}🌈 👋\u{1f3fd} 🇳🇴 → ✓",
        "    four spaces, and a list: a,  b",
    ];
    for text in texts {
        assert_eq!(shown(&text), text);
    }
}

#[test]
fn what_can_not_be_seen_becomes_an_escape() {
    let texts = [
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\u{1b}[2K\u{9b}", r"\u{1b}[2K\u{9b}"),
        ("pay\u{200b}pal\u{200d}\u{200c}", r"pay\u{200b}pal\u{200d}\u{200c}"),
        ("\u{202e}gpj.exe", r"\u{202e}gpj.exe"),
        ("a\u{3164}\u{115f}\u{1160}\u{ffa0}\u{2800}b", r"a\u{3164}\u{115f}\u{1160}\u{ffa0}\u{2800}b"),
        ("a\u{a0}b\u{3000}c\u{2028}d\u{ad}e", r"a\u{a0}b\u{3000}c\u{2028}d\u{ad}e"),
        ("x\u{fe0f}👍\u{fe0f}\u{fe0f}", "x\\u{fe0f}👍\u{fe0f}\\u{fe0f}"),
        ("\u{301}a\u{301}\u{301}\u{301}\u{301}\u{301}", "\\u{301}a\u{301}\u{301}\u{301}\u{301}\\u{301}"),
        ("\u{e0041}", r"\u{e0041}"),
    ];
    for (text, escaped) in texts {
        assert_eq!(shown(&text), escaped);
    }
}

#[test]
fn padding_is_told_and_pushes_nothing_out_of_sight() {
    assert_eq!(shown(&format!("a{}b", " ".repeat(300))), r"a\u{20}×300b");
    assert_eq!(shown(&format!("a{}b", "\n".repeat(300))), r"a\n×300b");
    assert_eq!(shown(&" ".repeat(500_000)), r"\u{20}×500000");
}

#[test]
fn what_is_long_is_cut_and_its_length_told() {
    let long = shown(&"é".repeat(500_000));
    assert!(long.starts_with("éé") && long.ends_with("é… (500000 characters)"), "{long}");
    assert!((MOST - 100..=MOST).contains(&long.len()));
    let longest = "é".repeat(MOST / 2);
    assert_eq!(shown(&longest), longest);
}

/// A list that costs little to keep and much to write.
struct Many(usize);

impl Debug for Many {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..self.0).try_for_each(|_| f.write_str("abc\n"))
    }
}

#[test]
fn what_was_escaped_by_a_debug_is_read_as_before() {
    let (text, path) = ("a\nb \"c\"", "C:\\new");
    assert_eq!(shown(&format_args!("{text:?}, {path:?}")), r#""a\nb \"c\"", "C:\\new""#);
    assert_eq!(shown(&format_args!("{:?}", Many(2))), r"abc\nabc\n");
    assert!(shown(&format_args!("{:?}", Many(100_000))).ends_with("(400000 characters)"));
}

struct Panics;

impl Display for Panics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is ")?;
        panic!("no words")
    }
}

struct Fails;

impl Display for Fails {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

#[test]
fn words_that_panic_or_fail_are_said_to_be_missing() {
    assert_eq!([shown(&Panics), told(&Fails)], [UNTOLD, UNTOLD]);
}

#[test]
fn a_url_loses_what_is_secret_in_it() {
    let texts = [
        ("for url (https://u:p@api.example.com/v1?key=1)", "for url (https://api.example.com/v1)"),
        ("(https://h/?key=1): no route", "(https://h/): no route"),
        ("\"https://h/a?b=c\", \"x\"", "\"https://h/a\", \"x\""),
        ("'https://h/a?b=c', x", "'https://h/a', x"),
        ("https://token@h:8080/", "https://h:8080/"),
        ("postgres://u:p/w?d@h/db", "postgres://h/db"),
        ("postgres://u:p w@h/db is no URL", "postgres://h/db is no URL"),
        ("postgres://u:p\"w\n@h/db", "postgres://h/db"),
        ("http://h:80 by ana@example.com", "http://h:80 by ana@example.com"),
        ("http://{host}:{port}/ or http://u:p@h/", "http://{host}:{port}/ or http://h/"),
        ("https://h/?k=1\nhttps://u@h/?k", "https://h/\\nhttps://h/"),
        ("https://h/?k={\"a\":1}", "https://h/\"a\":1}"),
        ("https://h/#a=secret", "https://h/"),
        ("https://proxy/https://u:p@h/?k", "https://proxy/https://h/"),
        ("https://@:$/@h", "https://h"),
        ("https://[::1]:80/?k", "https://[::1]:80/"),
        ("https://medium.com/@name/x#top is it https://h?", "https://medium.com/@name/x#top is it https://h"),
        ("错误：https://h/?k=1。再试", "错误：https://h/。再试"),
        ("a: b? c@d // e", "a: b? c@d // e"),
    ];
    for (text, left) in texts {
        assert_eq!(told(&text), left);
    }
    let argument = "https://bank.example.com/pay?to=ana&amount=40";
    assert_eq!(shown(&argument), argument, "who decides sees all of it");
}

#[test]
fn a_url_that_is_cut_tells_nothing_of_a_password() {
    for between in ["", "/", "?", "#", " "] {
        let password = format!("SECRET{between}SECRET").repeat(100);
        let text = format!("{} https://user:{password}@h/", "x".repeat(4000));
        assert!(!told(&text).contains("SECRET"), "{}", told(&text));
    }
}

#[test]
fn it_is_the_same_in_whichever_pieces_it_comes() {
    let escapes = "\u{10ffff}".repeat(MOST_SPACES);
    for plain in (0..MOST_OF_A_LAST_ERROR).map(|length| "y".repeat(length)) {
        let mut words = Words::at_most(MOST_OF_A_LAST_ERROR);
        words.write_str(&escapes).unwrap();
        words.write_str(&plain).unwrap();
        assert_eq!(words.finish(), at_most(MOST_OF_A_LAST_ERROR, &format!("{escapes}{plain}")));
    }
}

#[test]
fn a_time_is_told_in_a_unit_that_one_can_read() {
    let hours = |hours: u64| Duration::from_secs(hours * 60 * 60);
    for (time, short_words, limit_words) in [
        (Duration::from_millis(1250), "1.2s", "1.25s"),
        (Duration::from_secs(90), "90s", "90s"),
        (hours(1), "1h", "3600s"),
        (hours(1) + Duration::from_secs(30 * 60), "1.5h", "5400s"),
        (hours(24), "1d", "1d"),
        (hours(36), "1.5d", "1.5d"),
        (hours(365 * 24), "365d", "365d"),
    ] {
        assert_eq!((short(time), limit(time)), (short_words.to_owned(), limit_words.to_owned()));
    }
}
