//! Without any key: the service is for the machine it runs on.
//!
//! Nobody else can connect, since it listens on loopback addresses only. A browser on the machine
//! can be made to: a page whose name is pointed at 127.0.0.1 asks in that page's name. So a request
//! has to call the service by a name of this machine.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, Uri, header};

/// Whether only this machine reaches an address.
pub(crate) fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// Whether a request calls the service by a name that only this machine can mean.
pub(crate) fn is_called_here(uri: &Uri, headers: &HeaderMap) -> bool {
    let host = match headers.get(header::HOST) {
        Some(host) => host.to_str().ok(),
        None => uri.authority().map(|authority| authority.as_str()),
    };
    // A request without any name does not come from a browser.
    host.is_none_or(|host| is_this_machine(without_port(host)))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Names with a dot can be anybody's; names without one are of this machine or its network.
pub(crate) fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return ip.to_canonical().is_loopback();
    }
    !host.contains(['.', ':', '@']) || host.to_ascii_lowercase().ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_addresses_only_this_machine_reaches() {
        for (address, here) in [
            ("127.0.0.1:80", true),
            ("127.9.9.9:80", true),
            ("[::1]:80", true),
            ("[::ffff:127.0.0.1]:80", true),
            ("0.0.0.0:80", false),
            ("[::]:80", false),
            ("192.168.1.2:80", false),
        ] {
            assert_eq!(is_loopback(address.parse().unwrap()), here, "{address}");
        }
    }

    #[test]
    fn which_names_only_this_machine_can_mean() {
        for (host, here) in [
            ("localhost", true),
            ("localhost:8080", true),
            ("api.localhost:8080", true),
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("credit", true),
            ("evil.example", false),
            ("evil.example:8080", false),
            ("127.0.0.1.evil.example", false),
            ("10.0.0.1:8080", false),
            ("localhost.evil.example", false),
            ("evil.example:80@localhost", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("host", host.parse().unwrap());
            assert_eq!(
                is_called_here(&Uri::from_static("/"), &headers),
                here,
                "{host}"
            );
        }
        assert!(is_called_here(&Uri::from_static("/"), &HeaderMap::new()));
        let uri = Uri::from_static("http://evil.example/v1");
        assert!(!is_called_here(&uri, &HeaderMap::new()));
    }
}
