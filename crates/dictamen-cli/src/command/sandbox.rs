//! `dictamen sandbox`.

use std::{
    io::{BufWriter, IsTerminal as _, Write},
    time::Duration,
};

use dictamen_sandbox::{
    Sandbox, Settings,
    faults::FAULTS,
    population::Population,
    serve,
    settings::{Notices, WebhookTarget},
};
use dictamen_server::{
    serve::stop_signal,
    telemetry::{self, LogFormat},
};
use tokio::net::TcpListener;

use crate::{
    args::{SandboxArgs, SandboxCommand},
    exit::{Exit, Failure},
};

pub(crate) fn run(
    args: &SandboxArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Exit, Failure> {
    match &args.command {
        Some(SandboxCommand::Population(population)) => {
            let population = Population {
                seed: population.seed,
                count: population.count,
                as_of: population.as_of,
            };
            let mut out = BufWriter::new(out);
            population.write(&mut out)?;
            out.flush()?;
            Ok(Exit::Done)
        }
        Some(SandboxCommand::Faults) => {
            writeln!(
                out,
                "{:<24} {:<20} {:<10} what happens",
                "name", "CURP it strikes", "where"
            )?;
            for fault in FAULTS {
                let place = format!("{:?}", fault.stage).to_lowercase();
                writeln!(
                    out,
                    "{:<24} {:<20} {place:<10} {}",
                    fault.name,
                    fault.curp(),
                    fault.meaning()
                )?;
            }
            Ok(Exit::Done)
        }
        None => serve(args, err),
    }
}

fn serve(args: &SandboxArgs, err: &mut dyn Write) -> Result<Exit, Failure> {
    let settings = settings(args)?;
    let terminal = std::io::stderr().is_terminal();
    telemetry::start_logging(LogFormat::Text, "info", terminal);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, format!("cannot start: {error}")))?;
    runtime.block_on(async {
        let cannot = |error: &dyn std::fmt::Display| {
            let message = format!("cannot listen on `{}`: {error}", args.listen);
            Failure::new(Exit::Failed, message)
        };
        let listener = TcpListener::bind(&args.listen).await.map_err(|error| {
            cannot(&error).help("is the port taken? choose another with --listen 127.0.0.1:PORT")
        })?;
        let address = listener.local_addr().map_err(|error| cannot(&error))?;
        if !address.ip().is_loopback() {
            return Err(cannot(&"other machines would reach it")
                .help("the sandbox is for this machine only: use 127.0.0.1 or [::1]"));
        }
        writeln!(err, "a local Belvo listens on http://{address}")?;
        writeln!(err, "  secret id        {}", args.secret_id)?;
        writeln!(err, "  secret password  {}", args.secret_password)?;
        writeln!(err, "  widget           http://{address}/widget/?access_token=…&institutions=imss_mx_employment")?;
        writeln!(
            err,
            "  try it           curl -s -u {}:{} http://{address}/api/links/ -H 'Content-Type: application/json' \
             -d '{{\"institution\":\"planet_mx_employment\",\"username\":\"BLPM951331IONVGR54\",\"access_mode\":\"single\",\"fetch_resources\":[\"EMPLOYMENT_RECORDS\"]}}'",
            args.secret_id, args.secret_password
        )?;
        err.flush()?;
        let sandbox = Sandbox::new(settings);
        serve::run(listener, sandbox, stop_signal()).await.map_err(|error| cannot(&error))?;
        Ok(Exit::Done)
    })
}

fn settings(args: &SandboxArgs) -> Result<Settings, Failure> {
    let seconds = |option: &str, seconds: f64| {
        Duration::try_from_secs_f64(seconds).map_err(|_| {
            Failure::new(
                Exit::Usage,
                format!("--{option} is not a number of seconds"),
            )
        })
    };
    let settings = Settings {
        secret_id: args.secret_id.clone(),
        secret_password: args.secret_password.clone(),
        seed: args.seed,
        page_size: usize::from(args.page_size),
        requests_per_30s: args.requests,
        deletes_per_minute: args.deletes,
        logins_per_day: args.logins,
        refresh_rate: args.refresh_rate.clone(),
        refresh_replaces: args.refresh_replaces,
        duplicate_links: args.duplicate_links,
        day_seconds: args.day_seconds,
        faults: args.faults.clone(),
        notices: Notices {
            target: args.webhook.clone().map(|url| WebhookTarget {
                url,
                authorization: args.webhook_auth.clone(),
            }),
            delay: seconds("webhook-delay", args.webhook_delay)?,
            retries: args.webhook_retries,
            backoff: seconds("webhook-backoff", args.webhook_backoff)?,
            new_ids: args.webhook_new_ids,
            asked_as_news: args.async_as_news,
            without: args.webhook_without.clone(),
            twice_percent: args.webhook_twice,
            late_percent: args.webhook_late,
            lost_percent: args.webhook_lost,
        },
        ..Settings::default()
    };
    settings
        .check()
        .map_err(|problem| Failure::new(Exit::Usage, problem.to_string()))?;
    Ok(settings)
}
