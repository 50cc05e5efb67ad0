//! `dictamen serve`.

use std::{
    io::{IsTerminal as _, Write},
    sync::Arc,
    time::Duration,
};

use dictamen_server::{
    access::{Access, AccessError, TokenSettings},
    app::{App, Limits},
    clock::Clock,
    drift::Watch,
    lifecycle::{Checker, Keeper, Lifecycle},
    reload::Reloader,
    rules::RuleBook,
    serve::{self, Source, Stopping},
    telemetry::{self, LogFormat},
    tls::Tls,
};
use dictamen_store::{Store, SystemClock};
use tokio::net::TcpListener;

use crate::{
    args::{LogArg, OidcArgs, ServeArgs},
    exit::{Exit, Failure},
    store, work,
};

pub(crate) fn run(args: &ServeArgs, err: &mut dyn Write) -> Result<Exit, Failure> {
    let terminal = std::io::stderr().is_terminal();
    let format = match args.log {
        Some(LogArg::Text) => LogFormat::Text,
        None if terminal => LogFormat::Text,
        Some(LogArg::Json) | None => LogFormat::Json,
    };
    telemetry::start_logging(format, &args.log_filter, terminal);
    let _exporting = exporting(args)?;
    super::runtime()?.block_on(async {
        let reloader = if args.registry {
            None
        } else {
            Some(folder(args)?)
        };
        let listener = TcpListener::bind(&args.listen).await.map_err(|error| {
            Failure::new(
                Exit::Failed,
                format!("cannot listen on `{}`: {error}", args.listen),
            )
            .help("is the port taken? choose another with --listen 127.0.0.1:PORT")
        })?;
        let address = listener
            .local_addr()
            .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
        let log = if args.no_log {
            None
        } else {
            Some(store::open(&args.store).await?)
        };
        store::announce(&args.store, log.as_ref());
        let access = Access::start(log.as_ref(), tokens(&args.oidc)).await;
        let access = access.map_err(|error| refused(&error))?;
        access
            .may_listen(address)
            .map_err(|error| refused(&error))?;
        let tls = tls(args)?;
        let (app, source) = match (reloader, log) {
            (None, Some(store)) => from_registry(args, store).await?,
            (None, None) => return Err(Failure::new(Exit::Usage, "a registry needs a store")),
            (Some(reloader), log) => {
                let app = App::with_log(reloader.rules(), Clock::System, limits(args), log);
                (app, reloader.into())
            }
        };
        let app = app.guarded_by(access);
        let app = match app.log().cloned() {
            Some(store) => app.with_work(work::start(&args.work, store)?),
            None => app,
        };
        let stop = serve::stop_signal();
        let scheme = if tls.is_some() { "https" } else { "http" };
        announce(args, &app, &format!("{scheme}://{address}"), format, err)?;
        let watch = Watch {
            policies: args.drift.clone(),
            days: args.drift_days,
        };
        let watching = tokio::spawn(watch.run(app.clone()));
        serve::run_with(
            listener,
            app,
            Some(source),
            tls,
            stop,
            Stopping {
                grace: Duration::from_secs(args.stop_grace),
                ..Stopping::default()
            },
        )
        .await;
        watching.abort();
        Ok(Exit::Done)
    })
}

/// Policies of a rules folder.
fn folder(args: &ServeArgs) -> Result<Reloader, Failure> {
    Reloader::start(&args.rules.rules)
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()).help(error.help()))
}

/// Policies of the store.
async fn from_registry(args: &ServeArgs, store: Store) -> Result<(App, Source), Failure> {
    let program = std::env::current_exe().map_err(|error| {
        Failure::new(
            Exit::Failed,
            format!("cannot start itself to check drafts: {error}"),
        )
    })?;
    let keeper = Keeper::start(store.clone(), Arc::new(SystemClock)).await;
    let keeper = keeper.map_err(store::failure)?;
    let checker = Checker::child(program, ["draft-check".into()]);
    let lifecycle = Lifecycle::new(&keeper, checker, args.single_person);
    let app = App::with_registry(
        keeper.rules(),
        Clock::System,
        limits(args),
        store,
        lifecycle,
    );
    Ok((app, keeper.into()))
}

fn limits(args: &ServeArgs) -> Limits {
    let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    Limits {
        body_bytes: args.body_limit,
        timeout: Duration::from_secs(args.timeout),
        requests: count(args.max_requests),
        memory: args.body_memory,
        connections: count(args.max_connections),
        rate: args.rate_limit,
    }
}

fn tokens(args: &OidcArgs) -> Option<TokenSettings> {
    Some(TokenSettings {
        issuer: args.issuer.clone()?,
        audience: args.audience.clone()?,
        keys: args.jwks.clone()?,
        roles_claim: args.roles_claim.clone(),
    })
}

fn tls(args: &ServeArgs) -> Result<Option<Tls>, Failure> {
    let (Some(certificate), Some(key)) = (&args.tls_cert, &args.tls_key) else {
        return Ok(None);
    };
    Tls::read(certificate, key)
        .map(Some)
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()).help(error.help()))
}

fn refused(error: &AccessError) -> Failure {
    Failure::new(Exit::Failed, error.to_string()).help(error.help())
}

/// What whoever starts the service without a key is to know.
const LAPTOP: &str = "no key: it is for this machine alone, and everybody on it may do everything";

/// Sends traces until dropped, when a collector is named.
#[cfg(feature = "otel")]
fn exporting(args: &ServeArgs) -> Result<Option<dictamen_server::trace::Exporting>, Failure> {
    let start = dictamen_server::trace::start_exporting;
    args.otlp
        .as_deref()
        .map(start)
        .transpose()
        .map_err(|error| {
            Failure::new(Exit::Usage, error.to_string())
                .help("give the collector's address for OTLP over HTTP: http://127.0.0.1:4318")
        })
}

#[cfg(not(feature = "otel"))]
fn exporting(args: &ServeArgs) -> Result<Option<std::convert::Infallible>, Failure> {
    match args.otlp {
        None => Ok(None),
        Some(_) => Err(
            Failure::new(Exit::Usage, "this program was built without OpenTelemetry")
                .help("build it with: cargo build --release --features otel"),
        ),
    }
}

/// Says where to find it and how to try it. In a JSON log, every line stays JSON.
fn announce(
    args: &ServeArgs,
    app: &App,
    address: &str,
    format: LogFormat,
    err: &mut dyn Write,
) -> Result<(), Failure> {
    let is_guarded = app.access().is_guarded();
    let hint = hint(args, &app.rules(), address, is_guarded);
    match format {
        LogFormat::Json => {
            telemetry::listening(address, &hint);
            if !is_guarded {
                telemetry::notice(LAPTOP);
            }
        }
        LogFormat::Text => {
            writeln!(err, "dictamen listens on {address}")?;
            writeln!(err, "  documentation  {address}/docs")?;
            writeln!(err, "  try it         {hint}")?;
            if !is_guarded {
                writeln!(err, "  access         {LAPTOP}")?;
            }
            err.flush()?;
        }
    }
    Ok(())
}

/// A command to paste: a decision on a sample of the first policy that has one.
fn hint(args: &ServeArgs, rules: &RuleBook, address: &str, is_guarded: bool) -> String {
    let key = if is_guarded {
        " -H 'Authorization: Bearer KEY'"
    } else {
        ""
    };
    if args.registry {
        return if rules.ids().next().is_some() {
            format!("dictamen policy list --server {address}")
        } else {
            format!("dictamen policy import rules --server {address}")
        };
    }
    let sample = rules
        .folders()
        .filter(|(_, loaded)| rules.is_live(loaded))
        .find_map(|(folder, loaded)| {
            let mut files = loaded.source.iter();
            let (path, _) = files.find(|(path, _)| {
                path.starts_with("cases/base/")
                    && path.rsplit_once('.').is_some_and(|(_, e)| e == "json")
            })?;
            let file = args.rules.rules.join(folder).join(path);
            Some((loaded.policy.id().to_owned(), file))
        });
    match sample {
        Some((policy, file)) => format!(
            "curl -s {address}/v1/policies/{policy}/decisions{key} \
             -H 'Content-Type: application/json' --data @{}",
            file.display()
        ),
        None => format!("curl -s {address}/v1/policies{key}"),
    }
}
