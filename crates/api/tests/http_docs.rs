//! The page that shows the interface, from this server alone.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, World};

/// What a page or a style sheet refers to: values of `src` and `href`, and of `url(…)` and `@import`.
fn references(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (before, end) in [("src=\"", '"'), ("href=\"", '"'), ("url(", ')'), ("@import ", ';')] {
        found.extend(text.split(before).skip(1).filter_map(|rest| rest.split(end).next()).map(|r| r.trim_matches(['"', '\'']).to_owned()));
    }
    found
}

#[test]
fn docs_page_answers_and_everything_it_refers_to_is_here() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let page = client.get("/docs").expect(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("script-src 'self'; ") && policy.contains("connect-src 'self'"));
    assert!(!policy.contains("http") && !policy.contains('*'), "{policy}");
    let referred = references(page.text());
    let own: Vec<&String> = referred.iter().filter(|r| !r.starts_with("data:")).collect();
    assert!(own.len() >= 4, "{referred:?}");
    for path in own {
        assert!(path.starts_with('/') && !path.starts_with("//"), "{path} is elsewhere");
        client.get(path).expect(200);
    }
    assert!(!page.text().contains("://"), "the page names no other host");
    assert!(!page.text().contains("<script>") && !page.text().contains(" onload"), "no script stands in the page");
}

#[test]
fn docs_start_answers_a_script_that_reads_our_description() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let start = client.get("/docs/start.js").expect(200);
    assert_eq!(start.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert!(start.text().contains("url: \"/openapi.json\"") && start.text().contains("validatorUrl: null"));
    assert!(!start.text().contains("://"));
    let description = client.get("/openapi.json").expect(200).json();
    assert!(description["paths"].as_object().unwrap().contains_key("/docs"));
}

#[test]
fn docs_style_answers_a_sheet_that_refers_to_nothing_else() {
    let world = World::on(Backend::Memory).build();
    let style = world.serve_without_login().get("/docs/swagger-ui.css").expect(200);
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(style.body.len() > 50_000);
    assert!(references(style.text()).iter().all(|r| r.starts_with("data:")), "{:?}", references(style.text()));
    assert!(!style.text().contains("sourceMappingURL"));
}

#[test]
fn docs_script_answers_the_viewer() {
    let world = World::on(Backend::Memory).build();
    let script = world.serve_without_login().get("/docs/swagger-ui-bundle.js").expect(200);
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert!(script.body.len() > 500_000 && script.text().contains("SwaggerUIBundle"));
    assert!(!script.text().contains("sourceMappingURL"));
}
