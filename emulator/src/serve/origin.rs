//! Tells a program on this machine from a web page: a browser can be made to send requests to loopback, by a name that
//! leads there, but it cannot hide which name and which page.

use http::HeaderMap;
use http::uri::{Authority, Uri};

/// Why a request is refused that was not made for this machine by a program on it.
pub(crate) fn check(uri: &Uri, headers: &HeaderMap) -> Result<(), String> {
    let mut named = 0;
    for host in headers.get_all("host") {
        let host = host.to_str().unwrap_or_default();
        let is_here = host.parse::<Authority>().is_ok_and(|host| leads_here(&host));
        if !is_here {
            return Err(foreign(host));
        }
        named += 1;
    }
    if let Some(host) = uri.authority() {
        if !leads_here(host) {
            return Err(foreign(host.as_str()));
        }
        named += 1;
    }
    if named == 0 {
        return Err(format!("the request names no host; {ALLOWED}"));
    }
    if headers.contains_key("origin") {
        return Err(
            "the request was sent by a web page (it has an Origin header), and the emulator answers none".into()
        );
    }
    // `none`: somebody has typed the address.
    if headers.get_all("sec-fetch-site").iter().any(|site| site != "none") {
        return Err("the request was sent by a web page (Sec-Fetch-Site), and the emulator answers none".into());
    }
    Ok(())
}

const ALLOWED: &str = "the emulator answers as 127.0.0.1, localhost, NAME.localhost and [::1] only";

fn foreign(host: &str) -> String {
    format!("the host `{}` is another one than this machine; {ALLOWED}", host.escape_default())
}

fn leads_here(host: &Authority) -> bool {
    let name = host.host().to_ascii_lowercase();
    let is_here = matches!(name.as_str(), "127.0.0.1" | "localhost" | "[::1]") || name.ends_with(".localhost");
    // `localhost@elsewhere` is elsewhere, and no client sends the like.
    is_here && !host.as_str().contains('@')
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Uri};

    use super::check;

    fn asked(uri: &str, headers: &[(&'static str, &'static str)]) -> bool {
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.append(*name, HeaderValue::from_static(value));
        }
        check(&uri.parse::<Uri>().expect("an address"), &all).is_ok()
    }

    #[test]
    fn only_the_names_of_this_machine_are_answered() {
        for host in ["127.0.0.1", "127.0.0.1:4567", "localhost:4567", "LOCALHOST", "[::1]:80", "bucket.s3.localhost:1"]
        {
            assert!(asked("/", &[("host", host)]), "{host}");
            assert!(asked(&format!("http://{host}/"), &[]), "{host}");
        }
        for host in [
            "rebind.attacker.example:4567",
            "localhost.attacker.example",
            "127.0.0.1.nip.io",
            "127.0.0.2",
            "0.0.0.0",
            "localhost@attacker.example",
            "xlocalhost",
            "",
            "a b",
        ] {
            assert!(!asked("/", &[("host", host)]), "{host}");
            assert!(!asked("/", &[("host", "localhost"), ("host", host)]), "{host}");
        }
        assert!(!asked("http://attacker.example/", &[("host", "127.0.0.1")]));
        assert!(!asked("/", &[]));
    }

    #[test]
    fn no_web_page_is_answered() {
        let here = ("host", "127.0.0.1:4567");
        assert!(asked("/", &[here, ("sec-fetch-site", "none")]));
        for header in [
            ("origin", "http://127.0.0.1:4567"),
            ("origin", "null"),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "cross-site"),
        ] {
            assert!(!asked("/", &[here, header]), "{header:?}");
        }
    }
}
