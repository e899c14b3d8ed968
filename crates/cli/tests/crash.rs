//! The server is killed (SIGKILL) in the middle of uploads, collections and transfers, at places spread over each by
//! a fixed seed, and started again on the same data. Nothing acknowledged is lost, nothing is doubled, nothing stays
//! half done: in the end everything is as if nothing had happened.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use accrual_testkit::{Backend, COLLECT, Place, Program, Running, Sheet, TEMPLATE, TRANSFER, Way};
use serde_json::json;
use std::time::{Duration, Instant};

const ACCRUAL: Program = Program(env!("CARGO_BIN_EXE_accrual"));
const LINES: usize = 25_000;
/// Kills of each phase.
const ROUNDS: u32 = 3;

/// What must be the same with and without crashes.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    /// Journal lines without the numbers that the system gave, sorted.
    journal: Vec<String>,
    waterfall: String,
    lines: Vec<Vec<String>>,
    errors: usize,
}

/// How long the phases take when nothing disturbs them.
struct Durations {
    upload: Duration,
    collect: Duration,
    transfer: Duration,
}

/// Places of kills, from a fixed seed: the same in every run, different in every round.
struct Dice(u64);

impl Dice {
    /// A part of a duration.
    fn part_of(&mut self, whole: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        whole * u32::try_from(self.0 % 1000).unwrap() / 1000
    }
}

fn generated(place: &Place) -> Vec<u8> {
    let file = place.dir().join("lines.csv");
    let (lines, name) = (LINES.to_string(), file.to_str().unwrap().to_owned());
    ACCRUAL.good(place, &["generate", "revenue", "--lines", &lines, "--seed", "11", "--output", &name]);
    std::fs::read(file).unwrap()
}

fn outcome(server: &Running, way: &Way) -> Outcome {
    let lines = way.view("BI3_RC_LNS", &["SO_LINE_ID", "CURR", "EXT_SLL_PRC", "ALCTD_XT_PRC", "CV_AMT", "ID"]);
    let mut names: std::collections::BTreeMap<&str, &str> = lines.cells(["ID", "SO_LINE_ID"]).map(|[id, name]| (id, name)).collect();
    // the entry that rounds converted amounts belongs to no line
    names.insert("", "rounding");
    let batches = way.batches();
    assert_eq!(batches.len(), 1, "{batches:?}");
    let batch = Sheet::parse(&way.signed_file(batches[0]["report_id"].as_i64().unwrap()));
    assert_eq!(batches[0]["line_count"], json!(batch.rows.len()));
    let columns = [
        "LINE_ID",
        "PRD_ID",
        "ACCTG_TYPE",
        "SCHD_TYPE_FLAG",
        "ACCTG_SEG",
        "CURR",
        "DR_AMOUNT",
        "CR_AMOUNT",
        "F_DR_AMOUNT",
        "F_CR_AMOUNT",
        "G_DR_AMOUNT",
        "G_CR_AMOUNT",
    ];
    let mut journal: Vec<String> = batch.cells(columns).map(|cells| format!("{},{}", names[cells[0]], cells[1..].join(","))).collect();
    journal.sort();
    let mut rows: Vec<Vec<String>> = lines.rows.iter().map(|row| row[..row.len() - 1].to_vec()).collect();
    rows.sort();
    let waterfall = server.administrator().get("/accrual/v1/waterfall").expect(200).text().to_owned();
    Outcome { journal, waterfall, lines: rows, errors: way.stage_errors().len() }
}

fn undisturbed(backend: Backend) -> (Outcome, Durations) {
    let place = Place::new(backend);
    let file = generated(&place);
    let server = ACCRUAL.serve(&place);
    let way = Way::new(server.log_in(), "/api/integration");
    let timed = |work: &dyn Fn()| {
        let begin = Instant::now();
        work();
        begin.elapsed()
    };
    let durations = Durations {
        upload: timed(&|| assert_eq!(way.upload("lines.csv", file.clone())["Result"][0]["rows_read"], json!(LINES))),
        collect: timed(&|| drop(way.run(COLLECT))),
        transfer: timed(&|| drop(way.run(TRANSFER))),
    };
    (outcome(&server, &way), durations)
}

/// A place whose server is killed and started again.
struct Victim {
    place: Place,
    server: Option<Running>,
    kills: u32,
}

impl Victim {
    fn way(&self) -> Way {
        Way::new(self.server.as_ref().unwrap().log_in(), "/api/integration")
    }

    /// Acknowledges a small write, kills the server at once, starts it again and finds the write.
    fn kill(&mut self) {
        let server = self.server.take().unwrap();
        self.kills += 1;
        let name = format!("Role {}", self.kills);
        server
            .administrator()
            .post("/accrual/v1/objects/roles", &json!({"name": name, "privileges": [], "allOrganizations": true}))
            .expect(201);
        server.kill();
        let server = ACCRUAL.serve(&self.place);
        let roles = server.administrator().get("/accrual/v1/objects/roles").expect(200);
        for n in 1..=self.kills {
            assert!(roles.text().contains(&format!("\"Role {n}\"")), "an acknowledged write is lost: {}", roles.text());
        }
        self.server = Some(server);
    }
}

#[test]
fn what_is_killed_goes_on_as_if_nothing_had_happened() {
    killed_and_compared(Backend::File);
}

/// A worker of the same database cannot know that the other one is dead, it only hears nothing of it: jobs go on after
/// the time that a silent worker is given.
#[test]
fn what_is_killed_goes_on_on_postgresql() {
    if Place::backends().contains(&Backend::Postgres) {
        killed_and_compared(Backend::Postgres);
    }
}

fn killed_and_compared(backend: Backend) {
    let (expected, durations) = undisturbed(backend);
    assert!(expected.journal.len() > LINES, "{}", expected.journal.len());
    let mut dice = Dice(0x5DEE_CE66_D1CE_4E5B);
    let place = Place::new(backend);
    let file = generated(&place);
    let server = ACCRUAL.serve(&place);
    let mut victim = Victim { place, server: Some(server), kills: 0 };
    kill_uploads(&mut victim, &file, durations.upload, &mut dice);
    kill_job(&mut victim, COLLECT, durations.collect, &mut dice);
    assert_eq!(victim.way().run(COLLECT), "No Data Found");
    kill_job(&mut victim, TRANSFER, durations.transfer, &mut dice);
    let way = victim.way();
    let found = outcome(victim.server.as_ref().unwrap(), &way);
    assert_eq!((found.errors, found.lines.len(), found.journal.len()), (expected.errors, expected.lines.len(), expected.journal.len()));
    assert!(found == expected, "the amounts differ from an undisturbed run");
    ACCRUAL.good(&victim.place, &["check"]);
}

/// An operator stops the server in the middle of a job: it ends soon and well, and the next one goes on.
#[test]
fn a_stop_hands_the_job_on() {
    for backend in Place::backends() {
        let place = Place::new(backend);
        let file = generated(&place);
        let server = ACCRUAL.serve(&place);
        let way = Way::new(server.log_in(), "/api/integration");
        way.upload("lines.csv", file);
        let job = way.submit(COLLECT);
        while way.job(job)["status"] == "Pending" {
            std::thread::sleep(Duration::from_millis(1));
        }
        server.stop();
        let server = ACCRUAL.serve(&place);
        let way = Way::new(server.log_in(), "/api/integration");
        let ended = way.wait(job);
        assert_eq!(ended["status"], "Completed", "{ended}");
        assert_eq!(way.view("BI3_RC_LNS", &["ID"]).rows.len(), LINES);
        ACCRUAL.good(&place, &["check"]);
    }
}

/// Rows of schedules through January that a transfer takes: all but entries that the upstream system books.
fn unposted_sides(way: &Way) -> usize {
    let rows = way.view("BI3_RC_SCHD", &["PRD_ID", "INITIAL_ENTRY_FLAG"]);
    rows.cells(["PRD_ID", "INITIAL_ENTRY_FLAG"]).filter(|[period, initial]| *period <= "202401" && *initial == "N").count()
}

/// The database server goes away and comes back: the server finds it again by itself.
#[test]
fn a_database_that_restarts_is_found_again() {
    if !Place::backends().contains(&Backend::Postgres) {
        return;
    }
    let place = Place::new(Backend::Postgres);
    let file = generated(&place);
    let server = ACCRUAL.serve(&place);
    let way = Way::new(server.log_in(), "/api/integration");
    place.break_connections();
    // the first upload may meet a broken connection; it says so and leaves nothing
    let first = way.send("lines.csv", file.clone());
    if first.status() != 200 {
        assert_eq!(first.json()["status"], "Error", "{}", first.text());
        assert_eq!(way.upload("lines.csv", file)["Result"][0]["rows_read"], json!(LINES));
    }
    for program in [COLLECT, TRANSFER] {
        let job = way.submit(program);
        std::thread::sleep(Duration::from_millis(150));
        place.break_connections();
        // requests that were under way may have met the broken connections
        while way.get(&format!("/v1/1/jobs/{job}")).status() != 200 {
            std::thread::sleep(Duration::from_millis(20));
        }
        let ended = way.wait(job);
        if ended["status"] != "Completed" {
            assert!(ended["error_message"].as_str().is_some_and(|m| !m.is_empty()), "{ended}");
            way.run(program);
        }
    }
    assert_eq!(way.view("BI3_RC_LNS", &["ID"]).rows.len(), LINES);
    let batches = way.batches();
    assert_eq!(batches.len(), 1, "{batches:?}");
    let journal = Sheet::parse(&way.signed_file(batches[0]["report_id"].as_i64().unwrap()));
    assert_eq!(batches[0]["line_count"], json!(journal.rows.len()));
    // beside the sides of schedules stand the entries that round converted amounts, which belong to no line
    let of_lines = journal.cells(["LINE_ID"]).filter(|[line]| !line.is_empty()).count();
    assert_eq!(of_lines, unposted_sides(&way));
    ACCRUAL.good(&place, &["check"]);
}

/// Kills the server while it takes the file. The upload is then staged whole, if the server was quick, or has failed
/// and left nothing; the same file can be sent again.
fn kill_uploads(victim: &mut Victim, file: &[u8], whole: Duration, dice: &mut Dice) {
    let mut staged = false;
    for round in 0..ROUNDS {
        let way = victim.way();
        let before = uploads(victim);
        let sending = {
            let (url, token, file) =
                (way.client.url("/api/integration/v1/upload/file"), way.client.token().unwrap().to_owned(), file.to_vec());
            std::thread::spawn(move || {
                let http = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
                let request = http.post(url).header("token", token).header("templatename", TEMPLATE).header("Content-Type", "text/plain");
                request.body(file).send().is_ok()
            })
        };
        std::thread::sleep(dice.part_of(whole));
        victim.kill();
        let answered = sending.join().unwrap();
        let after = uploads(victim);
        for (id, status, rows, errors) in after.iter().skip(before.len()) {
            match status.as_str() {
                "Staged" => assert_eq!((*rows, errors), (LINES as i64, &0), "upload {id} of round {round}"),
                "Failed" => assert!(!answered, "upload {id} of round {round} was acknowledged and has failed"),
                other => panic!("upload {id} of round {round} is {other} after a restart"),
            }
            staged |= status == "Staged";
        }
        assert!(victim.way().stage_errors().is_empty());
        if staged {
            break;
        }
        assert_eq!(victim.way().run(COLLECT), "No Data Found", "rows of a failed upload are never seen");
    }
    if !staged {
        let status = victim.way().upload("again.csv", file);
        assert_eq!((&status["Result"][0]["rows_read"], &status["Result"][0]["rows_error"]), (&json!(LINES), &json!(0)));
    }
}

/// `(id, status, rows, rows in error)` of all uploads.
fn uploads(victim: &Victim) -> Vec<(i64, String, i64, i64)> {
    let reply = victim.server.as_ref().unwrap().administrator().get("/accrual/v1/uploads").expect(200).json();
    let number = |row: &serde_json::Value, key: &str| row[key].as_i64().unwrap();
    let rows = reply["data"].as_array().unwrap();
    rows.iter()
        .map(|u| (number(u, "id"), u["status"].as_str().unwrap().to_owned(), number(u, "rows_read"), number(u, "rows_error")))
        .collect()
}

/// Kills the server while it runs a program, several times; the job then ends as if nothing had happened.
fn kill_job(victim: &mut Victim, program: &str, whole: Duration, dice: &mut Dice) {
    let id = victim.way().submit(program);
    for _ in 0..ROUNDS {
        std::thread::sleep(dice.part_of(whole / 2));
        victim.kill();
        let status = victim.way().job(id)["status"].clone();
        assert!(["Pending", "Running", "Completed"].iter().any(|s| status == *s), "{program}: {status}");
        let way = victim.way();
        // a batch shows when it is whole
        let lines: Vec<_> = way.batches().iter().map(|b| (b["report_id"].as_i64().unwrap(), b["line_count"].clone())).collect();
        for (report, count) in lines {
            assert_eq!(count, json!(Sheet::parse(&way.signed_file(report)).rows.len()));
        }
    }
    let job = victim.way().wait(id);
    assert_eq!(job["status"], "Completed", "{program}: {job}");
}
