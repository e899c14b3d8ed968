//! Every command of the binary: what it does, what it refuses and in which words.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use accrual_testkit::{Backend, COLLECT, PASSWORD, Place, Program, Running, TRANSFER, Way};
use serde_json::{Value, json};
use std::io::Write;
use std::net::TcpListener;
use std::process::{Command, Stdio};

const ACCRUAL: Program = Program(env!("CARGO_BIN_EXE_accrual"));

/// A place with a tenant.
fn made(backend: Backend) -> Place {
    let place = Place::new(backend);
    ACCRUAL.good(&place, &["migrate"]);
    place
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// A message for people: it begins with the name of the program, ends its sentence and holds these words.
fn says(message: &str, words: &[&str]) {
    // a server has logged before it refuses
    let message = message.lines().last().unwrap_or_default();
    assert!(message.starts_with("accrual: ") && message.trim_end().ends_with(['.', ')', '?']), "{message:?}");
    for word in words {
        assert!(message.contains(word), "{word:?} in {message:?}");
    }
}

#[test]
fn every_command_explains_itself() {
    let place = Place::new(Backend::File);
    let commands: [&[&str]; 60] = [
        &[],
        &["serve"],
        &["demo"],
        &["generate"],
        &["generate", "revenue"],
        &["worker"],
        &["migrate"],
        &["check"],
        &["backup"],
        &["export"],
        &["export", "waterfall"],
        &["export", "view"],
        &["user"],
        &["user", "add"],
        &["user", "password"],
        &["user", "disable"],
        &["user", "list"],
        &["user", "update"],
        &["tenant"],
        &["tenant", "list"],
        &["tenant", "add"],
        &["tenant", "show"],
        &["tenant", "update"],
        &["tenant", "api"],
        &["entity"],
        &["entity", "list"],
        &["entity", "add"],
        &["entity", "update"],
        &["organization"],
        &["organization", "list"],
        &["organization", "add"],
        &["organization", "update"],
        &["role"],
        &["role", "list"],
        &["role", "permissions"],
        &["role", "add"],
        &["role", "update"],
        &["role", "delete"],
        &["audit"],
        &["client", "update"],
        &["client"],
        &["client", "add"],
        &["client", "secret"],
        &["client", "disable"],
        &["client", "list"],
        &["period"],
        &["period", "list"],
        &["period", "close"],
        &["object"],
        &["object", "list"],
        &["object", "describe"],
        &["object", "show"],
        &["object", "create"],
        &["object", "update"],
        &["object", "freeze"],
        &["object", "delete"],
        &["help"],
        &["help", "serve"],
        &["help", "object", "create"],
        &["help", "export", "view"],
    ];
    for command in commands {
        let asked: Vec<&str> = if command.first() == Some(&"help") { command.to_vec() } else { [command, &["--help"]].concat() };
        let text = ACCRUAL.good(&place, &asked);
        assert!(text.contains("Usage: accrual"), "{command:?}: {text}");
        assert!(!text.lines().next().unwrap_or_default().trim().is_empty(), "{command:?}: {text}");
    }
    assert!(ACCRUAL.good(&place, &["--version"]).starts_with("accrual "));
    assert!(!place.data().exists(), "help makes nothing");
    let serve = ACCRUAL.good(&place, &["serve", "--help"]);
    for variable in [
        "DATA",
        "DATABASE_URL",
        "LISTEN",
        "TLS_CERT",
        "TLS_KEY",
        "INSECURE_HTTP",
        "JOBS",
        "LOG_JSON",
        "CLIENT_ID",
        "CLIENT_SECRET",
        "REVENUE_USER",
        "REVENUE_PASSWORD",
        "FIRST_PERIOD",
    ] {
        assert!(serve.contains(&format!("[env: ACCRUAL_{variable}")), "ACCRUAL_{variable} in {serve}");
    }
}

#[test]
fn wrong_command_lines_are_refused_before_anything_happens() {
    let place = Place::new(Backend::File);
    let cases: [(&[&str], &str); 9] = [
        (&["serve", "--colour", "red"], "--colour"),
        (&["serve", "--listen", "nonsense"], "--listen"),
        (&["serve", "--tls-cert", "chain.pem"], "--tls-key"),
        (&["sing"], "sing"),
        (&["generate", "revenue", "--lines", "many", "--output", "x"], "--lines"),
        (&["generate", "revenue", "--output", "x"], "--lines"),
        (&["period", "close", "2024-13"], "YYYY-MM"),
        (&["object", "create", "roles"], "JSON"),
        (&["user", "add", "somebody"], "--role"),
    ];
    for (arguments, word) in cases {
        let message = ACCRUAL.refused(&place, arguments, 2);
        assert!(message.contains(word) && message.contains("--help"), "{arguments:?}: {message}");
    }
    assert!(!place.data().exists());
}

/// A slip in the name of the directory must not make a second system.
#[test]
fn commands_other_than_starts_need_data() {
    let place = Place::new(Backend::File);
    for arguments in [&["check"][..], &["user", "list"], &["object", "list", "roles"], &["export", "waterfall"], &["period", "list"]] {
        says(&ACCRUAL.refused(&place, arguments, 1), &["no data in", "--data"]);
    }
    says(&ACCRUAL.refused(&place, &["backup", "--output", "elsewhere"], 1), &["cannot be read", "data"]);
    assert!(!place.data().exists());
}

#[test]
fn the_first_start_takes_what_it_is_given_and_says_it_once() {
    for backend in Place::backends() {
        let place = Place::new(backend).first_period("2023-11");
        let first = ACCRUAL.good(&place, &["migrate"]);
        assert!(first.contains("first start") && first.contains("00000000-0000-4000-8000-000000000001"), "{first}");
        assert!(!first.contains(PASSWORD), "a password that was given is not repeated");
        assert!(!ACCRUAL.good(&place, &["migrate"]).contains("first start"));
        let server = ACCRUAL.serve(&place);
        server.log_in();
        let client = server.client().log_in("00000000-0000-4000-8000-000000000001", "client-secret", "API Role");
        client.get("/api/integration/v1/programs").expect(200);
        let periods = ACCRUAL.good(&place, &["period", "list"]);
        assert!(periods.contains("Open") && periods.contains("2023"), "{periods}");
        server.stop();
    }
}

#[test]
fn objects_are_listed_described_made_changed_frozen_and_deleted() {
    for backend in Place::backends() {
        let place = made(backend);
        let run = |arguments: &[&str]| ACCRUAL.good(&place, &[&["object"], arguments].concat());
        let refused = |arguments: &[&str]| ACCRUAL.refused(&place, &[&["object"], arguments].concat(), 1);
        let all = run(&["list"]);
        for name in
            ["organizations", "roles", "profiles", "books", "ssp-templates", "grouping-templates", "pob-templates", "upload-templates"]
        {
            assert!(all.lines().any(|line| line.starts_with(name)), "{name} in {all}");
            let described = value(&run(&["describe", name]));
            assert!(described["fields"].as_array().is_some_and(|fields| !fields.is_empty()), "{described}");
            rows(&run(&["list", name]));
        }
        let made = value(&run(&["create", "roles", r#"{"name":"Reader","privileges":["Webservices Outbound"],"allOrganizations":true}"#]));
        assert_eq!((&made["name"], &made["createdBy"]), (&json!("Reader"), &json!("SYSTEM")));
        let changed = value(&run(&["update", "roles", "Reader", r#"{"privileges":[]}"#]));
        assert_eq!((&changed["id"], &changed["privileges"]), (&made["id"], &json!([])));
        assert_eq!(value(&run(&["show", "roles", "Reader"])), changed);
        assert_eq!(value(&run(&["show", "roles", &made["id"].to_string()])), changed);
        run(&["delete", "roles", "Reader"]);
        says(&refused(&["show", "roles", "Reader"]), &["There is no Role Reader"]);

        run(&["create", "upload-templates", r#"{"name":"Ours","anyField":true,"dateFormat":"YYYY-MM-DD"}"#]);
        run(&["update", "upload-templates", "Ours", r#"{"startRow":2}"#]);
        assert_eq!(value(&run(&["freeze", "Ours"]))["frozen"], json!(true));
        says(&refused(&["update", "upload-templates", "Ours", r#"{"startRow":1}"#]), &["Ours", "frozen"]);
        says(&refused(&["freeze", "Theirs"]), &["There is no", "Theirs"]);

        says(&refused(&["list", "colours"]), &["no object", "colours"]);
        says(&refused(&["create", "roles", "{"]), &["not JSON"]);
        says(&refused(&["create", "roles", r#"{"name":"R","colour":1,"allOrganizations":true}"#]), &["colour", "name, privileges"]);
        says(&refused(&["create", "roles", r#"{"name":"API Role","privileges":[],"allOrganizations":true}"#]), &["already", "API Role"]);
        says(
            &refused(&["create", "roles", r#"{"name":"R","privileges":["Fly"],"allOrganizations":true}"#]),
            &["Fly", "Webservices Inbound"],
        );
    }
}

#[test]
fn users_and_clients_come_and_go() {
    for backend in Place::backends() {
        let place = made(backend);
        let server = ACCRUAL.serve(&place);
        let run = |arguments: &[&str]| ACCRUAL.good(&place, arguments);
        for name in ["ada", "eva"] {
            run(&["user", "add", name, "--role", "API Role", "--password", "first words"]);
        }
        let (id, secret) = credentials(&run(&["client", "add", "warehouse"]));
        assert_eq!(id.len(), 36);
        assert!(secret.len() <= 42, "{secret}");
        logs_in(&server, "ada", "first words", 200);
        logs_in(&server, "eva", "first words", 200);
        logs_in(&server, &id, &secret, 200);

        run(&["user", "password", "ada", "--password", "second words"]);
        run(&["user", "disable", "eva"]);
        let again = run(&["client", "secret", &id]);
        let renewed = again.lines().find_map(|l| l.strip_prefix("client secret ")).unwrap().to_owned();
        logs_in(&server, "ada", "second words", 200);
        logs_in(&server, "ada", "first words", 401);
        logs_in(&server, "eva", "first words", 401);
        logs_in(&server, &id, &secret, 401);
        logs_in(&server, &id, &renewed, 200);
        run(&["client", "disable", &id]);
        logs_in(&server, &id, &renewed, 401);

        assert!(rows(&run(&["user", "list", "--json"])).iter().any(|u| u["name"] == "ada" && u["roles"] == json!(["API Role"])));
        assert!(rows(&run(&["client", "list", "--json"])).iter().any(|c| c["clientId"] == json!(id) && c["enabled"] == json!(false)));
        let shown = run(&["user", "list"]) + &run(&["client", "list"]);
        assert!(!shown.contains("argon2") && !shown.contains(&renewed), "no hash and no secret is shown");
        says(&ACCRUAL.refused(&place, &["user", "add", "ada", "--role", "API Role", "--password", "x"], 1), &["already", "ada"]);
        says(&ACCRUAL.refused(&place, &["user", "add", "bob", "--role", "Kings", "--password", "x"], 1), &["roles", "Kings"]);
        says(&ACCRUAL.refused(&place, &["user", "add", "bob", "--role", "API Role"], 1), &["password", "empty"]);
        says(&ACCRUAL.refused(&place, &["user", "password", "bob", "--password", "x"], 1), &["no User bob"]);
        says(&ACCRUAL.refused(&place, &["client", "secret", "nobody"], 1), &["nobody"]);
    }
}

/// Another process changed something: a server takes it up within a few seconds.
fn logs_in(server: &Running, user: &str, password: &str, status: u16) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let found = server.client().authenticate(user, password, "API Role", "Default").status();
        if found == status {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{user} gets {found}, not {status}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

fn credentials(text: &str) -> (String, String) {
    let after =
        |what: &str| text.lines().find_map(|l| l.strip_prefix(what)).unwrap_or_else(|| panic!("{what} in {text}")).trim().to_owned();
    (after("client id"), after("client secret"))
}

/// A server with orders that are collected and posted.
fn posted(place: &Place, server: &Running, lines: u32) -> Way {
    let file = place.dir().join("lines.csv");
    ACCRUAL.good(place, &["generate", "revenue", "--lines", &lines.to_string(), "--output", file.to_str().unwrap()]);
    let way = Way::new(server.log_in(), "/api/integration");
    assert_eq!(way.upload("lines.csv", std::fs::read(file).unwrap())["status"], "Success");
    way.run(COLLECT);
    way.run(TRANSFER);
    way
}

#[test]
fn exports_say_what_the_server_says() {
    for backend in Place::backends() {
        let place = Place::new(backend);
        let server = ACCRUAL.serve(&place);
        let way = posted(&place, &server, 200);
        let view = ACCRUAL.good(&place, &["export", "view", "bi3_rc_schd"]);
        let sheet = accrual_testkit::Sheet::parse(view.as_bytes());
        assert_eq!(sheet, way.view("BI3_RC_SCHD", &[]));
        let waterfall = accrual_testkit::Sheet::parse(ACCRUAL.good(&place, &["export", "waterfall"]).as_bytes());
        let api = server.administrator().get("/accrual/v1/waterfall").expect(200).json();
        for row in api["data"].as_array().unwrap() {
            let key = [row["currency"].as_str().unwrap(), row["account_type"].as_str().unwrap(), "202401"];
            let mut found = waterfall.cells(["CURR", "ACCTG_TYPE", "PERIOD", "AMOUNT"]).filter(|cells| cells[..3] == key);
            assert_eq!(found.next().unwrap()[3], row["open"], "{key:?}");
        }
        says(&ACCRUAL.refused(&place, &["export", "view", "BI3_NOTHING"], 1), &["no such view", "BI3_NOTHING"]);
        says(&ACCRUAL.refused(&place, &["export", "waterfall", "--tenant", "elsewhere"], 1), &["no such tenant", "elsewhere"]);
    }
}

#[test]
fn periods_close_when_everything_is_posted() {
    for backend in Place::backends() {
        let place = Place::new(backend);
        let server = ACCRUAL.serve(&place);
        posted(&place, &server, 50);
        let list = || ACCRUAL.good(&place, &["period", "list"]);
        assert!(list().contains("Open"), "{}", list());
        let closed = ACCRUAL.good(&place, &["period", "close", "2024-01"]);
        assert!(closed.contains("closed") && closed.contains("open"), "{closed}");
        says(&ACCRUAL.refused(&place, &["period", "close", "2024-02"], 1), &["transfer"]);
        says(&ACCRUAL.refused(&place, &["period", "close", "2024-05"], 1), &["open"]);
        assert_eq!(list().lines().filter(|l| l.contains("Closed")).count(), 1, "{}", list());
    }
}

/// A copy of the files of a server that writes meanwhile is a whole system of its own.
#[test]
fn a_backup_of_a_running_server_starts() {
    let place = Place::new(Backend::File);
    let server = ACCRUAL.serve(&place);
    let way = posted(&place, &server, 2_000);
    let batch = way.batches()[0].clone();
    let file = way.signed_file(batch["report_id"].as_i64().unwrap());
    // an upload is under way while the copy is made
    let lines = std::fs::read(place.dir().join("lines.csv")).unwrap();
    let (busy, more) = (way.clone(), String::from_utf8(lines).unwrap().replace("SO-", "SP-"));
    let writing = std::thread::spawn(move || busy.upload("more.csv", more));
    let copy = place.dir().join("copy");
    let printed = ACCRUAL.good(&place, &["backup", "--output", copy.to_str().unwrap()]);
    assert!(printed.lines().count() >= 2, "{printed}");
    writing.join().unwrap();
    says(&ACCRUAL.refused(&place, &["backup", "--output", copy.to_str().unwrap()], 1), &["exists", "new directory"]);
    server.stop();

    let restored = Place::new(Backend::File);
    std::fs::rename(&copy, restored.data()).unwrap();
    let server = ACCRUAL.serve(&restored);
    let way = Way::new(server.log_in(), "/api/integration");
    assert_eq!(way.batches(), std::slice::from_ref(&batch));
    assert_eq!(way.signed_file(batch["report_id"].as_i64().unwrap()), file);
    ACCRUAL.good(&restored, &["check"]);
    // and it goes on: the next period opens
    way.put(&format!("/v1/journal/batch/status/{}", batch["id"]), &json!({})).expect(200);
    ACCRUAL.good(&restored, &["period", "close", "2024-01"]);
}

#[test]
fn a_postgresql_database_is_backed_up_with_its_own_tools() {
    if Place::backends().contains(&Backend::Postgres) {
        let place = Place::new(Backend::Postgres);
        says(&ACCRUAL.refused(&place, &["backup", "--output", "elsewhere"], 1), &["pg_dump"]);
    }
}

#[test]
fn databases_that_cannot_be_had_are_named_without_their_passwords() {
    let place = Place::new(Backend::File);
    let wrong = ACCRUAL.refused(&place, &["migrate", "--database-url", "mysql://root:hunter2@host/db"], 1);
    assert!(wrong.contains("postgres://") && !wrong.contains("hunter2"), "{wrong}");
    let gone = ACCRUAL.refused(&place, &["migrate", "--database-url", "postgres://root:hunter2@127.0.0.1:1/db"], 2);
    assert!(gone.contains("database") && gone.contains("refused") && !gone.contains("hunter2"), "{gone}");
}

#[test]
fn generated_files_are_the_same_for_the_same_seed() {
    let place = Place::new(Backend::File);
    let file = |name: &str, seed: &str| {
        let path = place.dir().join(name);
        ACCRUAL.good(&place, &["generate", "revenue", "--lines", "300", "--seed", seed, "--output", path.to_str().unwrap()]);
        std::fs::read(path).unwrap()
    };
    let first = file("a.csv", "7");
    assert_eq!(first, file("b.csv", "7"));
    assert_ne!(first, file("c.csv", "8"));
    assert_eq!(first.split(|b| *b == b'\n').filter(|line| !line.is_empty()).count(), 301, "a header and 300 lines");
    assert_eq!(ACCRUAL.good(&place, &["generate", "revenue", "--lines", "300", "--seed", "7", "--output", "-"]).into_bytes(), first);
    says(
        &ACCRUAL.refused(&place, &["generate", "revenue", "--lines", "1", "--output", "/nowhere/x.csv"], 1),
        &["/nowhere/x.csv", "cannot be written"],
    );
}

#[test]
fn a_demonstration_ends_in_a_waterfall() {
    for backend in Place::backends() {
        let place = Place::new(backend);
        let printed = ACCRUAL.good(&place, &["demo", "--lines", "500"]);
        for words in [
            "500 lines staged, 0 with errors",
            "Data Collected: 500 rows collected",
            "ready to transfer",
            "Contract Liability",
            "JAN-24",
            "accrual serve --data",
        ] {
            assert!(printed.contains(words), "{words:?} in {printed}");
        }
        ACCRUAL.good(&place, &["check"]);
    }
}

#[test]
fn plain_http_stays_on_this_machine() {
    let place = Place::new(Backend::File);
    says(&ACCRUAL.refused(&place, &["serve", "--listen", "0.0.0.0:0"], 1), &["plain HTTP", "--tls-cert", "--insecure-http"]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    says(&ACCRUAL.refused(&place, &["serve", "--listen", &address], 1), &[&address]);
}

/// Passwords come from a pipe, and readers that stop reading are no accident.
#[test]
fn pipes_are_welcome() {
    let place = made(Backend::File);
    let data = place.data();
    let mut child = Command::new(ACCRUAL.0)
        .args(["user", "add", "grace", "--role", "API Role", "--data"])
        .arg(&data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"piped words\n").unwrap();
    assert!(child.wait().unwrap().success());
    let server = ACCRUAL.serve(&place);
    logs_in(&server, "grace", "piped words", 200);
    let shell = format!("{} export view BI3_CALENDAR --data {} | head -1", ACCRUAL.0, data.display());
    let output = Command::new("bash").args(["-c", &format!("set -o pipefail; {shell}; exit ${{PIPESTATUS[0]}}")]).output().unwrap();
    assert!(output.stdout.starts_with(b"ID,PERIOD_NAME"));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Workers share the database of a server, and start and stop beside it.
#[test]
fn a_worker_takes_the_jobs_of_a_server_and_leaves_its_uploads_alone() {
    if !Place::backends().contains(&Backend::Postgres) {
        return;
    }
    let place = Place::new(Backend::Postgres);
    let server = ACCRUAL.serve(&place);
    let way = Way::new(server.log_in(), "/api/integration");
    let url = way.client.url("/api/integration/v1/upload/file");
    let token = way.client.token().unwrap().to_owned();
    let (mut to, from) = std::io::pipe().map(|(from, to)| (to, from)).unwrap();
    let sending = std::thread::spawn(move || {
        let http = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
        let request =
            http.post(url).header("token", token).header("templatename", accrual_testkit::TEMPLATE).header("Content-Type", "text/plain");
        request.body(reqwest::blocking::Body::new(from)).send().unwrap().status().as_u16()
    });
    let lines = ACCRUAL.good(&place, &["generate", "revenue", "--lines", "100", "--output", "-"]);
    let (begin, end) = lines.split_at(lines.len() / 2);
    to.write_all(begin.as_bytes()).unwrap();
    while way.get("/v1/fileupload/status/1").status() != 200 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let worker = ACCRUAL.work(&place);
    to.write_all(end.as_bytes()).unwrap();
    drop(to);
    assert_eq!(sending.join().unwrap(), 200);
    assert_eq!(way.upload_status(1)["status"], "Success", "{}", way.upload_status(1));
    way.run(COLLECT);
    worker.stop();
    way.run(TRANSFER);
    ACCRUAL.good(&place, &["check"]);
}

#[test]
fn a_network_address_without_tls_is_refused_before_the_first_start() {
    let place = Place::new(Backend::File);
    let refused = ACCRUAL.refused(&place, &["serve", "--listen", "0.0.0.0:0"], 1);
    says(&refused, &["plain HTTP", "--tls-cert", "--insecure-http"]);
    assert!(!place.data().exists(), "nothing was made, no secret was printed");
}

#[test]
fn a_bad_first_period_is_named() {
    for command in ["serve", "worker", "migrate"] {
        let place = Place::new(Backend::File).first_period("2024-13");
        let refused = ACCRUAL.refused(&place, &[command], if command == "serve" { 2 } else { 1 });
        assert!(refused.contains("2024-13") || refused.contains("ACCRUAL_FIRST_PERIOD"), "{command}: {refused}");
        assert!(!place.data().join("system.db").exists() || command != "serve", "{command}");
    }
}

/// Another process changed something: a server takes it up within a few seconds.
fn eventually<T: PartialEq + std::fmt::Debug>(expected: &T, look: impl Fn() -> T) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let found = look();
        if found == *expected {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{found:?}, not {expected:?}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

#[test]
fn roles_users_clients_and_organizations_make_a_clerk() {
    for backend in Place::backends() {
        let place = made(backend);
        let server = ACCRUAL.serve(&place);
        let run = |arguments: &[&str]| ACCRUAL.good(&place, arguments);
        let refused = |arguments: &[&str]| ACCRUAL.refused(&place, arguments, 1);
        let west = value(&run(&["organization", "add", "West"]));
        assert_eq!(value(&run(&["org", "update", "West", "--code", "W"]))["code"], "W");
        let listed = rows(&run(&["organization", "list", "--json"]));
        assert_eq!((listed.len(), listed[1]["billingId"].as_str().unwrap().len()), (2, 32));
        assert!(run(&["organization", "list"]).lines().any(|l| l.contains("West")));

        let permissions = rows(&run(&["role", "permissions", "billing", "--json"]));
        assert!(permissions.iter().any(|p| p["permission"] == "Post Invoices") && permissions.len() < 163);
        run(&["role", "add", "Clerk", "--category", "Billing", "--permission", "Create Account"]);
        let changed = value(&run(&["role", "update", "Clerk", "--add", "Post Invoices", "--add", "Modify Invoice"]));
        assert_eq!(changed["permissions"], json!(["Create Account", "Post Invoices", "Modify Invoice"]));
        let changed = value(&run(&["role", "update", "Clerk", "--remove", "Post Invoices"]));
        assert_eq!(changed["permissions"], json!(["Create Account", "Modify Invoice"]));
        says(&refused(&["role", "update", "Clerk", "--remove", "Post Invoices"]), &["does not list"]);
        says(&refused(&["role", "update", "Clerk", "--add", "Post Invoice"]), &["Post Invoices"]);
        says(&refused(&["role", "add", "X", "--category", "Kitchen"]), &["Platform, Billing"]);
        says(&refused(&["role", "add", "X", "--category", "Finance", "--permission", "Post Invoices"]), &["Billing", "Finance"]);

        let roles = ["--role", "Platform Standard User", "--role", "Clerk"];
        run(&[&["user", "add", "ada", "--password", "x", "--organization", "West"][..], &roles].concat());
        let shown = rows(&run(&["user", "list", "--json"]));
        let ada = shown.iter().find(|u| u["name"] == "ada").unwrap();
        assert_eq!((&ada["organizations"], &ada["allEntities"]), (&json!([west["id"]]), &json!(true)));
        says(&refused(&["user", "update", "ada", "--role", "Clerk", "--role", "Billing Administrator"]), &["one of each category"]);
        says(&refused(&["user", "update", "ada"]), &["Nothing would change"]);
        says(&refused(&["role", "delete", "Clerk"]), &["Clerk"]);

        let (id, secret) = credentials(&run(&["client", "add", "till", "--user", "ada"]));
        let token = || {
            let body = json!({"client_id": id, "client_secret": secret, "grant_type": "client_credentials"});
            server.client().post("/oauth/token", &body)
        };
        eventually(&200, || token().status());
        let post = |method: &str, path: &str| {
            let token = token().expect(200).json()["access_token"].as_str().unwrap().to_owned();
            let request = server.client().request(method, path).bearer_auth(token).header("zuora-version", "2025-08-12");
            server.client().send(request.json(&json!({}))).status()
        };
        assert_eq!((post("DELETE", "/v1/accounts/A1"), post("PUT", "/v1/invoices/1/post")), (403, 403));
        assert_ne!(post("POST", "/v1/accounts"), 403);
        run(&["user", "update", "ada", "--disable"]);
        eventually(&401, || token().status());
        run(&["user", "update", "ada", "--enable", "--all-organizations"]);
        run(&["client", "update", &id, "--disable"]);
        eventually(&401, || token().status());
    }
}

#[test]
fn tenants_and_entities_are_made_and_their_settings_changed() {
    for backend in Place::backends() {
        let place = made(backend);
        let run = |arguments: &[&str]| ACCRUAL.good(&place, arguments);
        let refused = |arguments: &[&str]| ACCRUAL.refused(&place, arguments, 1);
        run(&["tenant", "add", "acme", "--first-period", "2024-03"]);
        let settings =
            value(&run(&["tenant", "update", "acme", "--default-version", "341.0", "--time-zone", "Europe/Berlin", "--api", "off"]));
        assert_eq!((&settings["defaultVersion"], &settings["apiEnabled"]), (&json!("341.0"), &json!(false)));
        assert_eq!(value(&run(&["tenant", "show", "acme"])), settings);
        let names: Vec<Value> = rows(&run(&["tenant", "list", "--json"])).iter().map(|t| t["name"].clone()).collect();
        assert_eq!(names, [json!("default"), json!("acme")]);
        says(&refused(&["tenant", "update", "acme", "--time-zone", "Mars"]), &["time zone", "Europe/Berlin"]);
        says(&refused(&["tenant", "update", "acme", "--default-version", "1"]), &["versions are", "186.0"]);
        says(&refused(&["tenant", "update", "nobody", "--api", "on"]), &["nobody"]);
        says(&refused(&["tenant", "update", "acme"]), &["Nothing would change"]);

        let said = run(&["entity", "add", "EMEA", "--first-period", "2024-03"]);
        assert!(said.contains("--tenant default_e1") && said.contains("Zuora-Entity-Ids"), "{said}");
        run(&["entity", "add", "Germany", "--parent", "EMEA"]);
        let changed = value(&run(&["entity", "update", "Germany", "--rename", "Austria", "--rate-class", "Production"]));
        assert_eq!((&changed["entity"], &changed["rateClass"]), (&json!("Austria"), &json!("Production")));
        let all = rows(&run(&["entity", "list", "--json"]));
        let names: Vec<&str> = all.iter().map(|e| e["entity"].as_str().unwrap()).collect();
        assert_eq!(names, ["Global", "Austria", "EMEA"]);
        assert!(run(&["entity", "list"]).lines().next().unwrap().starts_with("entity"));
        assert!(run(&["period", "list", "--tenant", "default_e1"]).contains("2024"), "an entity has periods of its own");
        says(&refused(&["entity", "add", "emea"]), &["already"]);
        says(&refused(&["entity", "add", "A/B"]), &["letters, digits"]);
        says(&refused(&["entity", "update", "Nowhere", "--api", "off"]), &["no such entity"]);

        let trail = rows(&run(&["audit", "--system", "--object", "Tenant", "--json"]));
        assert!(trail.iter().any(|r| r["operation"] == "tenant_update" && r["after"]["timeZone"] == "Europe/Berlin"), "{trail:?}");
    }
}

#[test]
fn the_audit_trail_is_read_in_pages() {
    for backend in Place::backends() {
        let place = made(backend);
        let run = |arguments: &[&str]| ACCRUAL.good(&place, arguments);
        for label in ["One", "Two", "Three"] {
            run(&["organization", "add", label]);
        }
        run(&["organization", "update", "Two", "--label", "Second"]);
        let ours = ["audit", "--object", "Organization", "--operation", "config_create"];
        let names = |more: &[&str]| -> Vec<Value> {
            rows(&run(&[&ours[..], more, &["--json"]].concat())).iter().map(|r| r["after"]["name"].clone()).collect()
        };
        assert_eq!(names(&[]), ["One", "Two", "Three"]);
        assert_eq!(names(&["--newest", "--limit", "1"]), ["Three"]);
        let first = rows(&run(&[&ours[..], &["--limit", "1", "--json"]].concat()));
        assert_eq!(names(&["--after", first[0]["mark"].as_str().unwrap()]), ["Two", "Three"]);
        assert_eq!(names(&["--from", "2999-01-01"]), Vec::<Value>::new());
        let table = run(&["audit", "--object", "Organization", "--operation", "config_update"]);
        assert!(table.lines().nth(1).unwrap().ends_with("name"), "{table}");
        let paged = run(&[&ours[..], &["--limit", "2"]].concat());
        assert!(paged.contains("--after "), "{paged}");
        says(&ACCRUAL.refused(&place, &["audit", "--from", "yesterday"], 1), &["time", "yesterday"]);
        says(&ACCRUAL.refused(&place, &["audit", "--after", "x"], 1), &["after"]);
    }
}
