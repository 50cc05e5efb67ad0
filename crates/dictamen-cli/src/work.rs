//! What goes on beside the requests, as the command line has it.

use std::time::Duration;

use dictamen_belvo::{Client, Config, Retry, webhook::Secret};
use dictamen_server::{
    telemetry,
    work::{Belvo, DeliverySecret, Endpoint, Settings, Work},
};
use dictamen_store::Store;

use crate::{
    args::WorkArgs,
    exit::{Exit, Failure},
};

/// The work that is kept in a store.
pub(crate) fn start(args: &WorkArgs, store: Store) -> Result<Work, Failure> {
    let settings = Settings {
        endpoint: endpoint(args)?,
        belvo: belvo(args)?,
        consent: hurried(args, Duration::from_hours(args.consent_hours)),
        retrieval: hurried(args, Duration::from_hours(args.retrieval_hours)),
        hurry: args.hurry,
    };
    if settings
        .endpoint
        .as_ref()
        .is_some_and(Endpoint::is_readable)
    {
        telemetry::notice("messages are signed and not encrypted: --deliver-to is an http address");
    }
    Work::new(store, settings).map_err(|error| Failure::new(Exit::Failed, error.to_string()))
}

fn hurried(args: &WorkArgs, wait: Duration) -> Duration {
    wait.checked_div(args.hurry.get()).unwrap_or_default()
}

fn usage(message: &str, help: &'static str) -> Failure {
    Failure::new(Exit::Usage, message.to_owned()).help(help)
}

fn endpoint(args: &WorkArgs) -> Result<Option<Endpoint>, Failure> {
    let secrets = match &args.deliver_secrets {
        Some(text) => DeliverySecret::parse_all(text)
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()).help(NEW_SECRET))?,
        None => Vec::new(),
    };
    let Some(url) = &args.deliver_to else {
        return Ok(None);
    };
    if secrets.is_empty() {
        return Err(usage(
            "--deliver-to needs a secret to sign with",
            NEW_SECRET,
        ));
    }
    Endpoint::at(url, secrets).map(Some).ok_or_else(|| {
        usage(
            "--deliver-to is not an address",
            "such as https://los.example/dictamen",
        )
    })
}

const NEW_SECRET: &str = "make one with: echo \"whsec_$(head -c 32 /dev/urandom | base64)\", and give it in DICTAMEN_DELIVER_SECRETS";

fn belvo(args: &WorkArgs) -> Result<Option<Belvo>, Failure> {
    let Some(url) = &args.belvo_url else {
        return Ok(None);
    };
    let (Some(id), Some(password)) = (&args.belvo_secret_id, &args.belvo_secret_password) else {
        return Err(usage(
            "--belvo-url needs Belvo's secrets",
            "give DICTAMEN_BELVO_SECRET_ID and DICTAMEN_BELVO_SECRET_PASSWORD, or files by the same names with _FILE",
        ));
    };
    let bad = |error: &dyn std::fmt::Display| Failure::new(Exit::Usage, error.to_string());
    let mut config = Config::new(url, id, password).map_err(|error| bad(&error))?;
    // What failed is tried again by the work, which survives the process and spares logins.
    config.retry = Retry::never();
    config.requests_per_30s = args.belvo_requests;
    // An answer takes the time it takes, however much of a hurry there is.
    let least = Duration::from_secs(2);
    config.timeout = hurried(args, config.timeout).max(least);
    config.retrieval_timeout = hurried(args, config.retrieval_timeout).max(least);
    if let Some(url) = &args.belvo_widget_url {
        config.widget_url = url.parse().map_err(|_| {
            usage(
                "--belvo-widget-url is not an address",
                "leave it out for Belvo's own",
            )
        })?;
    }
    let client = Client::new(config).map_err(|error| bad(&error))?;
    let webhook = args.belvo_webhook_auth.as_deref();
    Ok(Some(Belvo {
        client,
        webhook: webhook
            .filter(|text| !text.trim().is_empty())
            .map(Secret::header),
        company_name: args.company.clone(),
    }))
}
