//! `dictamen serve`.

use std::{
    io::{IsTerminal as _, Write},
    net::SocketAddr,
    time::Duration,
};

use dictamen_server::{
    app::{App, Limits},
    clock::Clock,
    drift::Watch,
    reload::Reloader,
    rules::RuleBook,
    serve::{self, Stopping},
    telemetry::{self, LogFormat},
};
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
    let _exporting = exporting(args)?;
    super::runtime()?.block_on(async {
        let reloader = Reloader::start(&args.rules.rules)
            .map_err(|error| Failure::new(Exit::Failed, error.to_string()).help(error.help()))?;
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
        let app = App::with_log(
            reloader.rules(),
            Clock::System,
            Limits {
                body_bytes: args.body_limit,
                timeout: Duration::from_secs(args.timeout),
            },
            log,
        );
        let stop = serve::stop_signal();
        announce(args, &app.rules(), address, format, err)?;
        let watch = Watch {
            policies: args.drift.clone(),
            days: args.drift_days,
        };
        let watching = tokio::spawn(watch.run(app.clone()));
        serve::run(
            listener,
            app,
            Some(reloader),
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
    let sample = rules
        .folders()
        .filter(|(_, loaded)| loaded.live)
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
