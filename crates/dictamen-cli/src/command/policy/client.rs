//! Asking a running service, and saying what it refused.

use std::fmt::Write as _;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::exit::{Exit, Failure};

/// A service and the key to it.
pub(super) struct Client {
    http: reqwest::Client,
    server: String,
    key: Option<String>,
}

/// The address of something of a policy: each part is one segment, whatever is in it.
pub(super) fn path(parts: &[&str]) -> String {
    let mut path = "/v1/policies".to_owned();
    for part in parts {
        path.push('/');
        for byte in part.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'~') {
                path.push(char::from(byte));
            } else {
                let _ = write!(path, "%{byte:02X}");
            }
        }
    }
    path
}

impl Client {
    pub(super) fn new(server: &str, key: Option<&str>) -> Result<Self, Failure> {
        let http = reqwest::Client::builder()
            .timeout(std::time::Duration::from_secs(90))
            .build()
            .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
        Ok(Self {
            http,
            server: server.trim_end_matches('/').to_owned(),
            key: key.map(str::to_owned),
        })
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.server));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<(u16, Value), Failure> {
        let cannot = |error: &reqwest::Error| {
            // The library's words quote the address, which may hold a password.
            let why = if error.is_connect() {
                "nothing answers there"
            } else if error.is_timeout() {
                "it took too long"
            } else if error.is_builder() {
                "the address is not usable"
            } else {
                "the answer is not one of the service"
            };
            Failure::new(Exit::Failed, format!("cannot ask the service: {why}"))
                .help("is `dictamen serve --registry` running, and is --server its address?")
        };
        let response = request.send().await.map_err(|error| cannot(&error))?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.map_err(|error| cannot(&error))?;
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).map_err(|_| {
                Failure::new(
                    Exit::Failed,
                    format!("what answers there is not the service (status {status})"),
                )
            })?
        };
        Ok((status, body))
    }

    async fn done(&self, request: reqwest::RequestBuilder) -> Result<Value, Failure> {
        match self.send(request).await? {
            (200..=299, body) => Ok(body),
            (_, problem) => Err(refused(&problem)),
        }
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.done(self.request(reqwest::Method::GET, path)).await
    }

    /// The same, but `None` for a policy without any version.
    pub(super) async fn look(&self, path: &str) -> Result<Option<Value>, Failure> {
        match self.send(self.request(reqwest::Method::GET, path)).await? {
            (200..=299, body) => Ok(Some(body)),
            (404, problem)
                if problem
                    .get("code")
                    .is_some_and(|code| code == "unknown-policy") =>
            {
                Ok(None)
            }
            (_, problem) => Err(refused(&problem)),
        }
    }

    pub(super) async fn post(&self, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let request = self.request(reqwest::Method::POST, path);
        self.done(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// The same, but the code of the problem when it is one of `expected`.
    pub(super) async fn try_post(
        &self,
        path: &str,
        expected: &str,
    ) -> Result<Option<Value>, Failure> {
        match self.send(self.request(reqwest::Method::POST, path)).await? {
            (200..=299, body) => Ok(Some(body)),
            (_, problem) if problem.get("code").is_some_and(|code| code == expected) => Ok(None),
            (_, problem) => Err(refused(&problem)),
        }
    }

    /// Saves files as a draft, whatever was there.
    pub(super) async fn save(
        &self,
        policy: &str,
        draft: &str,
        files: &BTreeMap<String, String>,
    ) -> Result<Value, Failure> {
        let request = self
            .request(reqwest::Method::PUT, &path(&[policy, "drafts", draft]))
            .header("if-match", "*")
            .json(&json!({ "files": files }));
        self.done(request).await
    }

    pub(super) async fn approve(&self, policy: &str, content: &str) -> Result<Value, Failure> {
        let content = format!("{content}:approve");
        self.post(&path(&[policy, "candidates", &content]), None)
            .await
    }
}

/// What a problem of the service says.
fn refused(problem: &Value) -> Failure {
    let text = |field: &str| problem[field].as_str().unwrap_or_default().to_owned();
    let mut message = text("title");
    for error in problem["errors"].as_array().into_iter().flatten() {
        let (code, what) = (&error["code"], &error["message"]);
        let _ = write!(
            message,
            "\n  {}: {}",
            code.as_str().unwrap_or_default(),
            what.as_str().unwrap_or_default()
        );
    }
    let invalid = matches!(
        problem["code"].as_str(),
        Some("not-publishable" | "invalid-body")
    );
    let exit = if invalid { Exit::Invalid } else { Exit::Failed };
    Failure::new(exit, message).help(text("detail"))
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn each_part_stays_one_segment() {
        assert_eq!(
            path(&["a/../b", "drafts", "x?y#z:submit"]),
            "/v1/policies/a%2F..%2Fb/drafts/x%3Fy%23z:submit"
        );
    }
}
