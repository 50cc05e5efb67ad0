//! TLS: a certificate and its key from two files, taken up again when they change.
//!
//! Connections that are open go on with what they began with. What cannot be used is said once,
//! and the last good certificate serves on, as with policies.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// A certificate in force, and where it comes from. Cloning gives another handle to the same.
#[derive(Debug, Clone)]
pub struct Tls {
    files: Files,
    current: Arc<Current>,
    config: Arc<ServerConfig>,
}

#[derive(Debug, Clone)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

struct Current(ArcSwap<CertifiedKey>);

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current(..)")
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

/// Why a certificate cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read `{0}`: {1}")]
    File(PathBuf, String),
    /// A file does not hold what it should.
    #[error("`{0}` holds no {1} in PEM")]
    Content(PathBuf, &'static str),
    /// The key is not the certificate's.
    #[error("the key is not that of the certificate")]
    Mismatch,
    /// Key or certificate are of a kind that is not supported.
    #[error("this certificate or key is not supported")]
    Unsupported,
}

impl TlsError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::File(..) => "does the user of this process have the right to read it?",
            Self::Content(..) => {
                "--tls-cert takes the certificate followed by its chain, --tls-key its private key, not encrypted"
            }
            Self::Mismatch => "give certificate and key that were made together",
            Self::Unsupported => "give an RSA key of 2048 bits or more, P-256, P-384 or Ed25519",
        }
    }
}

impl Tls {
    /// Reads a certificate, with its chain behind it, and its key.
    ///
    /// # Errors
    ///
    /// When they cannot be read or do not belong together.
    pub fn read(
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Result<Self, TlsError> {
        let files = Files {
            certificate: certificate.into(),
            key: key.into(),
        };
        let current = Arc::new(Current(ArcSwap::from_pointee(load(
            &files.content()?,
            &files,
        )?)));
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| TlsError::Unsupported)?;
        let mut config = config
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&current) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            files,
            current,
            config: Arc::new(config),
        })
    }

    /// What takes connections.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }

    /// Takes up what changes in the files, forever.
    pub(crate) async fn run(self) {
        let mut seen = self.files.content();
        loop {
            tokio::time::sleep(EVERY).await;
            let files = self.files.clone();
            let Ok(found) = tokio::task::spawn_blocking(move || files.content()).await else {
                continue;
            };
            if found == seen {
                continue;
            }
            match found
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|c| load(c, &self.files))
            {
                Ok(certified) => {
                    self.current.0.store(Arc::new(certified));
                    tracing::info!("the new certificate is in force");
                }
                // Of two files one is written first: that they do not fit may pass.
                Err(error) => tracing::warn!(%error, "the last good certificate stays in force"),
            }
            seen = found;
        }
    }
}

/// What is in the two files: certificate and key.
#[derive(Clone, PartialEq, Eq)]
struct Content(Vec<u8>, zeroize::Zeroizing<Vec<u8>>);

impl Files {
    fn content(&self) -> Result<Content, TlsError> {
        let read = |path: &Path| {
            std::fs::read(path)
                .map_err(|error| TlsError::File(path.to_owned(), error.kind().to_string()))
        };
        Ok(Content(read(&self.certificate)?, read(&self.key)?.into()))
    }
}

fn load(content: &Content, files: &Files) -> Result<CertifiedKey, TlsError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&content.0)
        .collect::<Result<_, _>>()
        .unwrap_or_default();
    if chain.is_empty() {
        return Err(TlsError::Content(files.certificate.clone(), "certificate"));
    }
    let key = PrivateKeyDer::from_pem_slice(&content.1)
        .map_err(|_| TlsError::Content(files.key.clone(), "private key"))?;
    let provider = aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => TlsError::Mismatch,
        _ => TlsError::Unsupported,
    })
}
