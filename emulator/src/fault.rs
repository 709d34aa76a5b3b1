//! Faults that a test plants: throttling, server errors, lost answers, streams that go wrong, and the client's own death.

/// One fault: where it strikes, and what then happens. Each strikes once, except those at every call of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The call that it strikes.
    pub at: FaultAt,
    /// What happens to that call.
    pub kind: FaultKind,
}

/// Which call a fault strikes. Calls are counted from 1, beginning when the fault is planted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultAt {
    /// The nth call of all.
    Call(usize),
    /// The nth call that may change something.
    WritingCall(usize),
    /// The nth call of the named operation (`CreateAgent`).
    Operation(String, usize),
    /// Every call of the named operation.
    Every(String),
}

/// What a fault does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The call is not done; the answer is the service's own throttling error.
    Throttle,
    /// The call is not done; the answer is the service's own server error.
    ServerError,
    /// The call is not done; the answer is this refusal: status, code and text.
    Refuse(u16, &'static str, &'static str),
    /// The call is done, then the connection breaks before the answer.
    Drop,
    /// The call is done and answered; no later one is done or answered, as if the client had been killed here. At
    /// the 0th call: before anything was done.
    Cut,
    /// The call is answered with 200 and a stream, and it is the stream that goes wrong. An answer that is no event
    /// stream is not touched.
    InStream(StreamFault),
}

/// A fault in the middle of an event stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamFault {
    /// What happens.
    pub what: StreamEnd,
    /// When it happens.
    pub at: StreamPlace,
}

/// How a stream ends that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamEnd {
    /// With one of the modelled exceptions.
    Exception(StreamException),
    /// In the middle of a message: the connection breaks.
    Broken,
    /// Not at all: nothing comes any more, and nobody closes the connection.
    Silent,
}

/// Where in a stream a fault strikes. A stream without text is struck at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamPlace {
    /// Where the first chunk of text would come; traces have come before.
    BeforeText,
    /// After the first chunk of text.
    AfterText,
}

/// The exceptions of `InvokeAgent`'s `ResponseStream`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamException {
    /// 403 outside a stream.
    AccessDenied,
    /// 502.
    BadGateway,
    /// 409.
    Conflict,
    /// 424: the function, mostly.
    DependencyFailed,
    /// 500.
    InternalServer,
    /// 424.
    ModelNotReady,
    /// 404.
    ResourceNotFound,
    /// 400.
    ServiceQuotaExceeded,
    /// 429.
    Throttling,
    /// 400.
    Validation,
}

impl StreamException {
    /// All of them, in the model's order.
    pub const ALL: [Self; 10] = [
        Self::AccessDenied,
        Self::BadGateway,
        Self::Conflict,
        Self::DependencyFailed,
        Self::InternalServer,
        Self::ModelNotReady,
        Self::ResourceNotFound,
        Self::ServiceQuotaExceeded,
        Self::Throttling,
        Self::Validation,
    ];

    /// The member of the stream: `:exception-type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessDenied => "accessDeniedException",
            Self::BadGateway => "badGatewayException",
            Self::Conflict => "conflictException",
            Self::DependencyFailed => "dependencyFailedException",
            Self::InternalServer => "internalServerException",
            Self::ModelNotReady => "modelNotReadyException",
            Self::ResourceNotFound => "resourceNotFoundException",
            Self::ServiceQuotaExceeded => "serviceQuotaExceededException",
            Self::Throttling => "throttlingException",
            Self::Validation => "validationException",
        }
    }
}

/// The connection broke: no answer will come. Whether the work was done, the client can't know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection was closed before the answer came")
    }
}

impl std::error::Error for Dropped {}

/// The planted faults, each with the number of its calls that went by, and whether the client is dead.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    planted: Vec<(Fault, usize)>,
    cut: bool,
}

impl Faults {
    /// Plants these instead of what was planted; a client that was killed lives again.
    pub(crate) fn replace(&mut self, faults: Vec<Fault>) {
        *self = Self::default();
        for fault in faults {
            self.add(fault);
        }
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        let at_once = matches!(fault.at, FaultAt::Call(0) | FaultAt::WritingCall(0) | FaultAt::Operation(_, 0));
        if at_once && fault.kind == FaultKind::Cut {
            self.cut = true;
        }
        self.planted.push((fault, 0));
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }

    /// From here on no call is done.
    pub(crate) fn cut(&mut self) {
        self.cut = true;
    }

    /// Counts one call; answers the fault that strikes it, the first planted of several.
    pub(crate) fn strike(&mut self, operation: &str, writes: bool) -> Option<FaultKind> {
        let mut struck = None;
        for (fault, seen) in &mut self.planted {
            let (counts, nth) = match &fault.at {
                FaultAt::Call(nth) => (true, *nth),
                FaultAt::WritingCall(nth) => (writes, *nth),
                FaultAt::Operation(name, nth) => (name == operation, *nth),
                FaultAt::Every(name) => (name == operation, *seen + 1),
            };
            if counts {
                *seen += 1;
                if *seen == nth && struck.is_none() {
                    struck = Some(fault.kind);
                }
            }
        }
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, FaultAt, FaultKind, Faults};

    #[test]
    fn a_fault_strikes_the_nth_call_of_its_kind_and_only_that() {
        let mut faults = Faults::default();
        faults.add(Fault { at: FaultAt::WritingCall(2), kind: FaultKind::Throttle });
        faults.add(Fault { at: FaultAt::Operation("GetRole".to_owned(), 1), kind: FaultKind::Drop });
        assert_eq!(faults.strike("CreateRole", true), None);
        assert_eq!(faults.strike("GetRole", false), Some(FaultKind::Drop));
        assert_eq!(faults.strike("TagRole", true), Some(FaultKind::Throttle));
        assert_eq!(faults.strike("GetRole", false), None);
        assert_eq!(faults.strike("TagRole", true), None);
    }

    #[test]
    fn a_cut_before_the_first_call_kills_at_once() {
        let mut faults = Faults::default();
        faults.add(Fault { at: FaultAt::WritingCall(0), kind: FaultKind::Cut });
        assert!(faults.is_cut());
        faults.replace(Vec::new());
        assert!(!faults.is_cut());
    }
}
