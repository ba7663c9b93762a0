//! A line of a batch, and the line of its result.

use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::Value;
use threadx::{
    Error,
    error::{ValidationError, Violation, ViolationCode},
    request::{
        BacktestRequest, DataRequest, Document, IndicatorRequest, Request, RequestContext, RequestKind,
        SweepRequest, Valid,
    },
};

/// What a result line says of its request.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    /// Its position among the requests of the file, from 0.
    index: u64,
    /// What the request's line called it.
    id: Option<Value>,
    kind: Option<RequestKind>,
    /// The hash of the request's line, by which a result is found again.
    hash: String,
}

/// A valid request of any kind.
pub(super) enum AnyRequest {
    Backtest(Valid<BacktestRequest>),
    Indicators(Valid<IndicatorRequest>),
    Sweep(Box<Valid<SweepRequest>>),
    Data(Valid<DataRequest>),
}

/// A line as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: String,
    id: Option<Value>,
    #[serde(rename = "request")]
    _request: IgnoredAny,
}

impl Line {
    /// Reads a line: what is known of it in any case, and the request if it is valid.
    pub(super) fn read(
        index: u64,
        bytes: &[u8],
        hash: blake3::Hash,
        context: &RequestContext,
    ) -> (Self, Result<AnyRequest, Error>) {
        let mut line = Self {
            index,
            id: None,
            kind: None,
            hash: hash.to_hex().to_string(),
        };
        let request = line.request(bytes, context);
        (line, request)
    }

    fn request(&mut self, bytes: &[u8], context: &RequestContext) -> Result<AnyRequest, Error> {
        // First, because it knows limits and tells places.
        let document = Document::from_json(bytes, context.document_limits())?;
        let written: Written = serde_json::from_slice(bytes).map_err(|error| wrong_line(&error))?;
        self.id = written.id;
        let kind = RequestKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == written.kind)
            .ok_or_else(|| unknown_kind(&written.kind))?;
        self.kind = Some(kind);
        let request = document.extract("request").ok_or_else(no_object)?;
        fn valid<T: Request>(request: &Document, context: &RequestContext) -> Result<Valid<T>, Error> {
            Valid::from_document(request, context).map_err(Error::from)
        }
        Ok(match kind {
            RequestKind::Backtest => AnyRequest::Backtest(valid(&request, context)?),
            RequestKind::Indicators => AnyRequest::Indicators(valid(&request, context)?),
            RequestKind::Sweep => AnyRequest::Sweep(Box::new(valid(&request, context)?)),
            RequestKind::Data => AnyRequest::Data(valid(&request, context)?),
        })
    }

    /// The line of a result.
    pub(super) fn ok<T: Serialize>(&self, ok: &T) -> Result<String, Error> {
        #[derive(Serialize)]
        struct Ok<'a, T> {
            #[serde(flatten)]
            line: &'a Line,
            ok: &'a T,
        }
        serde_json::to_string(&Ok { line: self, ok }).map_err(|error| wrong_line(&error))
    }

    /// The line of a failure.
    pub(super) fn error(&self, error: &Error) -> String {
        let mut object = serde_json::json!(self);
        object["error"] = serde_json::json!(error);
        object.to_string()
    }
}

/// A line that is JSON and not that of a request.
fn wrong_line(error: &serde_json::Error) -> Error {
    refused(
        "",
        ViolationCode::BadFormat,
        format!("must be {{\"kind\", \"id\"?, \"request\"}}: {error}"),
    )
}

fn unknown_kind(got: &str) -> Error {
    let kinds = RequestKind::ALL.map(RequestKind::as_str).join(", ");
    refused(
        "kind",
        ViolationCode::UnknownValue,
        format!("must be one of {kinds}, got {got:?}"),
    )
}

fn no_object() -> Error {
    refused(
        "request",
        ViolationCode::WrongType,
        "must be an object".to_owned(),
    )
}

fn refused(field: &str, code: ViolationCode, message: String) -> Error {
    ValidationError::from(Violation::new(field, code, message)).into()
}
