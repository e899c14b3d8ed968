//! The guides, pasted: every shell block runs, and prints what the guide says it prints.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

/// A fenced block: its language and its text.
struct Block {
    language: String,
    text: String,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for line in markdown.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(language), None) => open = Some(Block { language: language.to_owned(), text: String::new() }),
            (Some(_), Some(block)) => found.push(block),
            (None, Some(block)) => open = Some(Block { text: format!("{}{line}\n", block.text), ..block }),
            (None, None) => {}
        }
    }
    found
}

/// Whether `printed` holds `expected`, blanks aside, where `…` stands for anything.
fn holds(printed: &str, expected: &str) -> bool {
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let printed = bare(printed);
    let mut rest = printed.as_str();
    bare(expected).split('…').all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

const MARK: &str = "@@ the next block @@";

/// Pastes a guide into a shell in an empty directory, where `target/release/accrual` is the binary under test.
fn follow(guide: &str) {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide").join(guide)).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let release = dir.path().join("target/release");
    std::fs::create_dir_all(&release).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_accrual"), release.join("accrual")).unwrap();
    // the guide takes the default port; here it is one that is free
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let blocks = blocks(&text.replace("127.0.0.1:8080", &format!("127.0.0.1:{port}")));
    let mut script = "set -e\ntrap 'kill $(jobs -p)' EXIT\n".to_owned();
    for block in blocks.iter().filter(|b| b.language == "sh") {
        script.push_str(&format!("{}\necho\necho '{MARK}'\n", block.text));
    }
    let mut command = Command::new("bash");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ACCRUAL_")) {
        command.env_remove(name);
    }
    command.env("ACCRUAL_LISTEN", format!("127.0.0.1:{port}")).current_dir(dir.path()).stdin(Stdio::null());
    let output = command.args(["-c", &script]).output().unwrap();
    let (printed, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{guide} stopped with {}:\n{printed}\n{complaints}", output.status);
    let mut printed = printed.split(MARK);
    let mut last = "";
    let mut compared = 0;
    for block in &blocks {
        if block.language == "sh" {
            last = printed.next().unwrap();
        } else {
            assert!(holds(last, &block.text), "{guide} says\n{}\nbut this was printed:\n{last}", block.text);
            compared += 1;
        }
    }
    assert!(compared > 2, "{guide} shows what it prints");
}

#[test]
fn the_first_upload_can_be_pasted() {
    follow("first-upload.md");
}

#[test]
fn the_first_invoice_can_be_pasted() {
    follow("first-invoice.md");
}

#[test]
fn what_a_guide_leaves_out_may_be_anything() {
    assert!(holds("{\"a\": 1, \"b\": 2}\n", "{\"a\":1,…}"));
    assert!(!holds("{\"a\": 1, \"b\": 2}", "{\"a\":2,…}"));
    assert!(!holds("x y", "y … x"));
    let found = blocks("text\n```sh\nls\n```\nmore\n```json\n{}\n```\n");
    assert_eq!(found.iter().map(|b| (b.language.as_str(), b.text.as_str())).collect::<Vec<_>>(), [("sh", "ls\n"), ("json", "{}\n")]);
}
