//! The lines that Lambda itself writes around a request: START, END and REPORT.

/// How the line begins that begins a request.
pub(super) const START: &str = "START RequestId: ";

/// What a line of Lambda's own says.
#[derive(Debug, PartialEq)]
pub(super) enum Own {
    /// A request begins.
    Start { request: String },
    /// Nothing more of a request follows.
    End,
    /// What it took.
    Report { request: String, end: End },
}

/// What a request took, told when it has ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct End {
    /// What the handler took, in milliseconds.
    pub duration_ms: Option<f64>,
    /// What AWS charges for, in milliseconds.
    pub billed_ms: Option<f64>,
    /// What the function may use, in MB.
    pub memory_mb: Option<f64>,
    /// The most it used, in MB.
    pub memory_used_mb: Option<f64>,
    /// What it took to load the handler, in milliseconds; a cold start only.
    pub init_ms: Option<f64>,
    /// `timeout` or `error` when it did not end well.
    pub status: Option<String>,
    /// `Runtime.ExitError` and the like.
    pub error: Option<String>,
}

impl Own {
    /// Reads a line; `None` for what the function wrote.
    pub(super) fn read(message: &str) -> Option<Self> {
        if let Some(rest) = message.strip_prefix(START) {
            return request(rest).map(|request| Self::Start { request });
        }
        if let Some(rest) = message.strip_prefix("END RequestId: ") {
            return request(rest).map(|_| Self::End);
        }
        let rest = message.strip_prefix("REPORT RequestId: ")?;
        request(rest).map(|request| Self::Report { request, end: End::read(rest) })
    }
}

impl End {
    /// `1a2b…\tDuration: 102.25 ms\tMemory Size: 128 MB\t…`.
    fn read(rest: &str) -> Self {
        let mut end = Self::default();
        for (name, value) in rest.split('\t').filter_map(|part| part.trim().split_once(": ")) {
            let number = || value.split(' ').next().and_then(|number| number.parse().ok());
            match name {
                "Duration" => end.duration_ms = number(),
                "Billed Duration" => end.billed_ms = number(),
                "Memory Size" => end.memory_mb = number(),
                "Max Memory Used" => end.memory_used_mb = number(),
                "Init Duration" => end.init_ms = number(),
                "Status" => end.status = Some(value.to_owned()),
                "Error Type" => end.error = Some(value.to_owned()),
                _ => {}
            }
        }
        end
    }

    /// Whether it ended as it should.
    pub fn is_well(&self) -> bool {
        self.status.as_deref().is_none_or(|status| status == "success") && self.error.is_none()
    }

    /// One short line: `end: 102.25 ms, 35 of 128 MB, init 150.12 ms`.
    pub fn shown(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        if !self.is_well() {
            parts.extend(self.status.iter().map(|status| status.to_uppercase()));
            parts.extend(self.error.clone());
        }
        parts.extend(self.duration_ms.map(|duration| format!("{duration} ms")));
        if let (Some(used), Some(size)) = (self.memory_used_mb, self.memory_mb) {
            parts.push(format!("{used} of {size} MB"));
        }
        parts.extend(self.init_ms.map(|init| format!("init {init} ms")));
        format!("end: {}", parts.join(", "))
    }
}

/// The id that a text begins with.
fn request(rest: &str) -> Option<String> {
    rest.split_whitespace().next().filter(|word| is_id(word)).map(str::to_owned)
}

/// Whether it looks like a request id: `1a2b3c4d-0000-4000-8000-000000000001`.
pub(super) fn is_id(word: &str) -> bool {
    let fits = |(place, byte): (usize, u8)| {
        if [8, 13, 18, 23].contains(&place) { byte == b'-' } else { byte.is_ascii_hexdigit() }
    };
    word.len() == 36 && word.bytes().enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use super::{End, Own};

    const ID: &str = "1a2b3c4d-0000-4000-8000-000000000001";

    fn end(message: &str) -> End {
        let Some(Own::Report { end, request }) = Own::read(message) else { panic!("a report: {message}") };
        assert_eq!(request, ID);
        end
    }

    #[test]
    fn a_report_becomes_one_short_line() {
        let report = format!(
            "REPORT RequestId: {ID}\tDuration: 102.25 ms\tBilled Duration: 253 ms\tMemory Size: 128 MB\t\
             Max Memory Used: 35 MB\tInit Duration: 150.12 ms\t\n"
        );
        assert_eq!(end(&report).shown(), "end: 102.25 ms, 35 of 128 MB, init 150.12 ms");
        assert_eq!(end(&report).billed_ms, Some(253.0));
        assert!(end(&report).is_well());
    }

    #[test]
    fn an_end_that_is_none_says_so() {
        let report = format!(
            "REPORT RequestId: {ID}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory \
             Used: 35 MB\tStatus: timeout"
        );
        assert_eq!(end(&report).shown(), "end: TIMEOUT, 3000 ms, 35 of 128 MB");
        let report = format!("REPORT RequestId: {ID}\tDuration: 2 ms\tStatus: error\tError Type: Runtime.ExitError");
        assert_eq!(end(&report).shown(), "end: ERROR, Runtime.ExitError, 2 ms");
        assert!(!end(&report).is_well());
    }

    #[test]
    fn what_the_function_wrote_is_not_taken_for_lambdas() {
        for message in ["START", "START RequestId: none", "END RequestId: ", "REPORT of today", "REPORT RequestId: x\t"]
        {
            assert_eq!(Own::read(message), None, "{message}");
        }
        assert_eq!(Own::read(&format!("END RequestId: {ID}\n")), Some(Own::End));
        let start = Own::Start { request: ID.to_owned() };
        assert_eq!(Own::read(&format!("START RequestId: {ID} Version: 3\n")), Some(start));
    }
}
