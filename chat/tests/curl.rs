//! What a person does with `chat token` and curl: the program, from its own people.

mod support;

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use server_core::{Event, Request};
use support::{Server, run_with};

/// A server, and a person at a terminal with a token for it.
struct Person {
    server: Server,
    token: String,
}

/// What curl printed, and the status that it was told.
#[derive(Debug)]
struct Said {
    status: String,
    body: Value,
}

fn curl() -> Command {
    let program = std::env::var_os("TEST_CURL").expect("TEST_CURL names curl");
    let mut command = Command::new(program);
    // Whatever stands in a person's own configuration.
    command.args(["-q", "--silent", "--show-error", "--max-time", "60"]);
    command
}

impl Person {
    fn new(name: &str) -> Self {
        let server = Server::start(&["--store", "memory"]);
        let place = [
            "token",
            "--protocol",
            "rest",
            "--server",
            server.address("rest"),
        ];
        let ended = run_with(
            &[&place[..], &["--name", name, "--create"]].concat(),
            "secret\n",
        );
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stderr.contains("curl --json"), "{ended:?}");
        let token = ended.stdout.trim().to_owned();
        Self { server, token }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address("rest"))
    }

    fn header(&self) -> String {
        format!("authorization: Bearer {}", self.token)
    }

    /// `curl --json BODY -H 'authorization: Bearer TOKEN' URL`
    fn post(&self, path: &str, body: &Value) -> Said {
        let mut command = curl();
        command.args([
            "--json",
            &body.to_string(),
            "-H",
            &self.header(),
            &self.url(path),
        ]);
        ask(command)
    }

    /// `curl -N -H 'authorization: Bearer TOKEN' URL`, from its first line on.
    fn listen(&self) -> Listening {
        let mut command = curl();
        command.args(["-N", "-H", &self.header(), &self.url("/v1/events")]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut listening = Listening { child, lines };
        assert_eq!(listening.line(), "retry: 1000");
        assert_eq!(listening.line(), "");
        listening
    }
}

fn ask(mut command: Command) -> Said {
    let output = command
        .args(["--write-out", "\n%{http_code}"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let (body, status) = printed.rsplit_once('\n').unwrap();
    Said {
        status: status.to_owned(),
        body: serde_json::from_str(body).unwrap_or_else(|_| Value::from(body)),
    }
}

/// A curl that prints events.
struct Listening {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Listening {
    fn line(&mut self) -> String {
        self.lines.next().expect("the stream goes on").unwrap()
    }

    /// The next event's name and what it says.
    fn event(&mut self) -> (String, Value) {
        let name = self.line();
        let data = self.line();
        assert_eq!(self.line(), "");
        let data = data.strip_prefix("data: ").expect("it has data");
        let name = name.strip_prefix("event: ").expect("it has a name");
        (name.to_owned(), serde_json::from_str(data).unwrap())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[tokio::test]
#[ignore = "needs curl; `cargo xtask test` brings it along"]
async fn curl_sends_reads_and_lists() {
    let person = Person::new("user01");
    let mut other = person.server.newcomer("custom", "user02").await;
    let sent = person.post("/v1/send", &json!({"to": "user02", "text": "hello"}));
    assert_eq!(
        (&*sent.status, &sent.body["delivered"]),
        ("200", &json!(true)),
        "{sent:?}"
    );
    let Event::MessageReceived(message) = other.next_event().await.unwrap() else {
        panic!("no message");
    };
    assert_eq!((&*message.from, &*message.text), ("user01", "hello"));
    let reply = Request::Send {
        to: "user01".into(),
        text: "hi".into(),
        client_id: None,
    };
    other.call(&reply).await.unwrap().unwrap();
    let read = person.post("/v1/read", &json!({"limit": 1}));
    assert_eq!(read.body["messages"][0]["text"], "hi", "{read:?}");
    let listed = person.post(
        "/v1/list_accounts",
        &json!({"pattern": "user0?", "limit": 10}),
    );
    assert_eq!(
        listed.body,
        json!({"names": ["user01", "user02"], "more": false})
    );
}

#[tokio::test]
#[ignore = "needs curl; `cargo xtask test` brings it along"]
async fn curl_prints_events_as_they_come() {
    let person = Person::new("user01");
    let mut listening = person.listen();
    let mut other = person.server.newcomer("json", "user02").await;
    for text in ["hello", "hello again"] {
        let request = Request::Send {
            to: "user01".into(),
            text: text.into(),
            client_id: None,
        };
        other.call(&request).await.unwrap().unwrap();
        let (name, event) = listening.event();
        assert_eq!(name, "message_received");
        assert_eq!(event["message"]["text"], text, "{event}");
    }
    person.server.terminate();
    assert_eq!(listening.event().0, "server_closing");
    assert!(listening.lines.next().is_none(), "the stream ends");
    assert!(listening.child.wait().unwrap().success(), "in good order");
}

#[test]
#[ignore = "needs curl; `cargo xtask test` brings it along"]
fn curl_is_told_what_is_wrong() {
    let mut person = Person::new("user01");
    let nobody = person.post("/v1/send", &json!({"to": "nobody", "text": "hello"}));
    assert_eq!(nobody.status, "404");
    assert_eq!(nobody.body["code"], "no_such_account", "{nobody:?}");
    let mut form = curl();
    form.args([
        "-d",
        "to=user02",
        "-H",
        &person.header(),
        &person.url("/v1/send"),
    ]);
    assert_eq!(ask(form).status, "415", "curl -d sends a form");
    person.token = "AAAAAAAAAAAAAAAAAAAAAA==".to_owned();
    let wrong = person.post("/v1/unread", &json!({}));
    assert_eq!(
        (&*wrong.status, &wrong.body["code"]),
        ("401", &json!("session_ended"))
    );
}

#[test]
#[ignore = "needs curl; `cargo xtask test` brings it along"]
fn curl_finds_the_description() {
    let person = Person::new("user01");
    let get = |path| {
        let mut command = curl();
        command.arg(person.url(path));
        ask(command)
    };
    let index = get("/").body;
    assert!(index.as_str().unwrap().contains("/openapi.json"), "{index}");
    assert_eq!(get("/openapi.json").body["openapi"], "3.1.0");
    let mut head = curl();
    head.args(["--head", &person.url("/")]);
    assert_eq!(ask(head).status, "200");
}
