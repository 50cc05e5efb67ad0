//! `dictamen demo`: a lender's page, the service and a local Belvo in one process.

mod lender;

use std::{
    io::{IsTerminal as _, Write},
    net::SocketAddr,
    num::NonZeroU32,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use dictamen_belvo::{Client, Config, Retry, webhook::Secret};
use dictamen_sandbox::{
    Sandbox, Settings as BelvoSettings,
    settings::{Notices, WebhookTarget},
};
use dictamen_server::{
    app::{App, Limits},
    clock::Clock,
    reload::Reloader,
    serve::{self, Stopping},
    telemetry::{self, LogFormat},
    work::{Belvo, DeliverySecret, Endpoint, Settings, Work},
};
use dictamen_store::{
    Folder, Keys, MasterKeys, Place, Settings as StoreSettings, SigningKey, Store, SystemClock,
};
use tokio::net::TcpListener;

use crate::{
    args::DemoArgs,
    exit::{Exit, Failure},
    store,
};

/// What messages to the lender are signed with. Nobody but this process takes them.
const SECRET: &str = "whsec_ZGljdGFtZW4gZGVtbyBzZWNyZXQsIG5vdCBmb3IgdXNl";
/// What notices come with.
const NOTICES: &str = "Bearer notices-of-the-demo";

/// A folder that is gone at the end.
struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn run(args: &DemoArgs, err: &mut dyn Write) -> Result<Exit, Failure> {
    let terminal = std::io::stderr().is_terminal();
    telemetry::start_logging(LogFormat::Text, "warn", terminal);
    super::runtime()?.block_on(async {
        let reloader = Reloader::start(&args.rules.rules)
            .map_err(|error| Failure::new(Exit::Failed, error.to_string()).help(error.help()))?;
        if reloader.rules().load().policy(&args.policy).is_none() {
            let message = format!("there is no policy `{}`", args.policy);
            return Err(Failure::new(Exit::Usage, message).help("choose one with --policy"));
        }
        let (page, page_at) = listen(&args.listen).await?;
        let (service, service_at) = near("127.0.0.1:8080").await?;
        let (belvo, belvo_at) = near("127.0.0.1:8090").await?;
        let sandbox = Sandbox::new(belvo_settings(service_at));
        let secrets = (
            sandbox.settings().secret_id.clone(),
            sandbox.settings().secret_password.clone(),
        );
        let folder = std::env::temp_dir().join(format!("dictamen-demo-{}", std::process::id()));
        let _gone = Gone(folder.clone());
        let kept = open(folder).await?;
        let work = work(kept.clone(), belvo_at, page_at, &secrets)?;
        let app = App::with_log(
            reloader.rules(),
            Clock::System,
            Limits::default(),
            Some(kept),
        );
        let lender = lender::Lender::new(lender::Places {
            policy: args.policy.clone(),
            page: format!("http://{page_at}"),
            service: format!("http://{service_at}"),
            belvo: format!("http://{belvo_at}"),
            secrets,
        });
        writeln!(err, "open http://{page_at} in a browser")?;
        writeln!(err, "  the service    http://{service_at}/docs")?;
        writeln!(err, "  a local Belvo  http://{belvo_at}")?;
        err.flush()?;
        let stop = serve::stop_signal();
        let beside = [
            tokio::spawn(async move { axum::serve(page, lender.router()).await.is_ok() }),
            tokio::spawn(async move {
                let forever = std::future::pending();
                dictamen_sandbox::serve::run(belvo, sandbox, forever)
                    .await
                    .is_ok()
            }),
        ];
        let stopping = Stopping {
            grace: Duration::ZERO,
            ..Stopping::default()
        };
        let app = app.with_work(work);
        serve::run(service, app, Some(reloader.into()), stop, stopping).await;
        for task in beside {
            task.abort();
        }
        Ok(Exit::Done)
    })
}

/// The address asked for, on this machine only: what is shown there is open to whoever asks.
async fn listen(address: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, format!("cannot listen on `{address}`: {why}"))
            .help("choose another with --listen 127.0.0.1:PORT")
    };
    let listener = TcpListener::bind(address).await;
    let listener = listener.map_err(|error| cannot(&error))?;
    let at = listener.local_addr().map_err(|error| cannot(&error))?;
    if !at.ip().is_loopback() {
        return Err(cannot(&"other machines would reach it"));
    }
    Ok((listener, at))
}

/// The usual address, or any when it is taken.
async fn near(address: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    match listen(address).await {
        Ok(listening) => Ok(listening),
        Err(_) => listen("127.0.0.1:0").await,
    }
}

async fn open(folder: PathBuf) -> Result<Store, Failure> {
    let keys = Keys {
        master: MasterKeys::random().map_err(store::failure)?,
        signing: SigningKey::random().map_err(store::failure)?,
    };
    let place = Place::Sqlite(Folder::new(folder));
    let opened = Store::open(
        &place,
        keys,
        Arc::new(SystemClock),
        StoreSettings::default(),
    );
    opened.await.map_err(store::failure)
}

fn belvo_settings(service: SocketAddr) -> BelvoSettings {
    BelvoSettings {
        requests_per_30s: 0,
        // A raise is to be noticed on the day it happens: a record of tomorrow decides nothing today.
        refresh_rate: "6h".to_owned(),
        notices: Notices {
            target: Some(WebhookTarget {
                url: format!("http://{service}/v1/belvo/webhooks"),
                authorization: Some(NOTICES.to_owned()),
            }),
            delay: Duration::from_secs(2),
            backoff: Duration::from_secs(1),
            ..Notices::default()
        },
        ..BelvoSettings::default()
    }
}

fn work(
    kept: Store,
    belvo: SocketAddr,
    page: SocketAddr,
    (id, password): &(String, String),
) -> Result<Work, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(Exit::Failed, error.to_string());
    let mut config =
        Config::new(&format!("http://{belvo}"), id, password).map_err(|error| failed(&error))?;
    config.retry = Retry::never();
    config.widget_url = format!("http://{belvo}/widget/")
        .parse()
        .map_err(|_| failed(&"the widget has no address"))?;
    let secrets = DeliverySecret::parse_all(SECRET).map_err(|error| failed(&error))?;
    let settings = Settings {
        endpoint: Endpoint::at(&format!("http://{page}/messages"), secrets),
        belvo: Some(Belvo {
            client: Client::new(config).map_err(|error| failed(&error))?,
            webhook: Some(Secret::header(NOTICES)),
            company_name: Some("Caja del Valle".to_owned()),
        }),
        // Nobody watches a page for minutes.
        hurry: NonZeroU32::new(10).unwrap_or(NonZeroU32::MIN),
        ..Settings::default()
    };
    Work::new(kept, settings).map_err(|error| failed(&error))
}
