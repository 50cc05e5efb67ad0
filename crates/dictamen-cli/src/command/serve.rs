//! `dictamen serve`.

use std::{
    io::{IsTerminal as _, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use dictamen_server::{
    app::{App, Limits},
    clock::Clock,
    lifecycle::{Checker, Keeper, Lifecycle},
    reload::Reloader,
    rules::RuleBook,
    serve::{self, Source, Stopping},
    telemetry::{self, LogFormat},
};
use dictamen_store::{Store, SystemClock};
use tokio::net::TcpListener;

use crate::{
    args::{LogArg, ServeArgs},
    exit::{Exit, Failure},
    store,
};

pub(crate) fn run(args: &ServeArgs, err: &mut dyn Write) -> Result<Exit, Failure> {
    let terminal = std::io::stderr().is_terminal();
    let format = match args.log {
        Some(LogArg::Text) => LogFormat::Text,
        None if terminal => LogFormat::Text,
        Some(LogArg::Json) | None => LogFormat::Json,
    };
    telemetry::start_logging(format, &args.log_filter, terminal);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, format!("cannot start: {error}")))?;
    runtime.block_on(async {
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
        let limits = Limits {
            body_bytes: args.body_limit,
            timeout: Duration::from_secs(args.timeout),
        };
        let log = if args.no_log {
            None
        } else {
            Some(store::open(&args.store).await?)
        };
        let (app, source) = match log {
            Some(store) if args.registry => from_registry(args, store, limits).await?,
            log => from_folder(args, log, limits)?,
        };
        announce(args, &app.rules(), address, format, err)?;
        serve::run(
            listener,
            app,
            Some(source),
            serve::stop_signal(),
            Stopping {
                grace: Duration::from_secs(args.stop_grace),
                ..Stopping::default()
            },
        )
        .await;
        Ok(Exit::Done)
    })
}

/// Policies of a rules folder.
fn from_folder(
    args: &ServeArgs,
    log: Option<Store>,
    limits: Limits,
) -> Result<(App, Source), Failure> {
    let reloader = Reloader::start(&args.rules.rules)
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()).help(error.help()))?;
    let app = App::with_log(reloader.rules(), Clock::System, limits, log);
    Ok((app, reloader.into()))
}

/// Policies of the store.
async fn from_registry(
    args: &ServeArgs,
    store: Store,
    limits: Limits,
) -> Result<(App, Source), Failure> {
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
    let app = App::with_registry(keeper.rules(), Clock::System, limits, store, lifecycle);
    Ok((app, keeper.into()))
}

/// Says where to find it and how to try it. In a JSON log, every line stays JSON.
fn announce(
    args: &ServeArgs,
    rules: &RuleBook,
    address: SocketAddr,
    format: LogFormat,
    err: &mut dyn Write,
) -> Result<(), Failure> {
    let hint = hint(args, rules, address);
    match format {
        LogFormat::Json => telemetry::listening(&format!("http://{address}"), &hint),
        LogFormat::Text => {
            writeln!(err, "dictamen listens on http://{address}")?;
            writeln!(err, "  documentation  http://{address}/docs")?;
            writeln!(err, "  try it         {hint}")?;
            err.flush()?;
        }
    }
    Ok(())
}

/// A command to paste: a decision on a sample of the first policy that has one.
fn hint(args: &ServeArgs, rules: &RuleBook, address: SocketAddr) -> String {
    if args.registry {
        return if rules.ids().next().is_some() {
            format!("dictamen policy list --server http://{address}")
        } else {
            format!("dictamen policy import rules --server http://{address}")
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
            "curl -s http://{address}/v1/policies/{policy}/decisions \
             -H 'Content-Type: application/json' --data @{}",
            file.display()
        ),
        None => format!("curl -s http://{address}/v1/policies"),
    }
}
