//! TLS: who speaks it is served, and a new certificate is taken up without a connection lost.

use std::{fs, path::Path, time::Duration};

use dictamen_server::{
    serve::{self, Stopping},
    tls::Tls,
};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::{
    access::raw,
    support::{DECIDE, REQUEST, Service},
};

struct Files {
    dir: TempDir,
}

impl Files {
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a new certificate and gives it.
    fn renew(&self) -> String {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(self.path("cert.pem"), cert.pem()).unwrap();
        fs::write(self.path("key.pem"), signing_key.serialize_pem()).unwrap();
        cert.pem()
    }

    fn read(&self) -> Result<Tls, dictamen_server::tls::TlsError> {
        Tls::read(self.path("cert.pem"), self.path("key.pem"))
    }
}

fn files() -> Files {
    Files {
        dir: TempDir::new().unwrap(),
    }
}

/// A client that trusts one certificate and no other.
fn client(pem: &str) -> reqwest::Client {
    reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(pem.as_bytes()).unwrap()])
        .build()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_spoken_and_its_certificate_renewed() {
    let service = Service::new();
    let files = files();
    let first = files.renew();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(serve::run_with(
        listener,
        service.app.clone(),
        None,
        Some(files.read().unwrap()),
        std::future::pending(),
        Stopping::default(),
    ));
    let url = format!("https://localhost:{}{DECIDE}", address.port());
    let ask = async |client: &reqwest::Client| {
        let request = client
            .post(&url)
            .header("content-type", "application/json")
            .body(REQUEST);
        Ok::<_, reqwest::Error>(
            request.send().await?.headers()["strict-transport-security"].clone(),
        )
    };
    let old = client(&first);
    assert_eq!(ask(&old).await.unwrap(), "max-age=31536000");
    // Whoever speaks no TLS gets nothing.
    let said = raw(address, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(!said.contains("HTTP"), "{said}");

    // A certificate without its key keeps the last good one in force.
    fs::write(files.path("cert.pem"), "nothing").unwrap();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    ask(&client(&first)).await.unwrap();
    let second = files.renew();
    let asked = async {
        while ask(&client(&second)).await.is_err() {
            // The connection of before goes on, though a new one would not be trusted.
            ask(&old).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), asked)
        .await
        .unwrap();
    ask(&old).await.unwrap();
    assert!(ask(&client(&first)).await.is_err());
    serving.abort();
}

#[test]
fn what_cannot_be_used_is_named() {
    let files = files();
    let said = |files: &Files| files.read().unwrap_err().to_string();
    assert!(said(&files).contains("cert.pem"), "{}", said(&files));
    files.renew();
    files.read().unwrap();
    let good = |name: &str| fs::read_to_string(files.path(name)).unwrap();
    let (certificate, key) = (good("cert.pem"), good("key.pem"));
    let write = |name: &str, text: &str| fs::write::<&Path, _>(&files.path(name), text).unwrap();
    write("key.pem", &KeyPair::generate().unwrap().serialize_pem());
    assert!(
        said(&files).contains("not that of the certificate"),
        "{}",
        said(&files)
    );
    write("key.pem", &certificate);
    assert!(
        said(&files).contains("key.pem` holds no private key"),
        "{}",
        said(&files)
    );
    write("key.pem", &key);
    write("cert.pem", &key);
    assert!(
        said(&files).contains("cert.pem` holds no certificate"),
        "{}",
        said(&files)
    );
}
