//! What may be done with a registration, as a program reads it: a description by OpenAPI 3.1, made from the handlers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{self, Components, Content, ObjectBuilder, Ref, RefOr, ResponseBuilder, Schema};
use utoipa::{IntoResponses, Modify, OpenApi, PartialSchema, ToSchema};

use super::super::discovery::CACHE;
use super::document::{self, Shape};

/// The token that a client got when it was registered (RFC 7592 §1.2).
const TOKEN: &str = "registration_access_token";

/// The token that lets somebody register a client (RFC 7591 §1.2).
const INITIAL: &str = "initial_access_token";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "E-TEST Passport: client registration",
        description = "Registering a client (RFC 7591), managing its registration (RFC 7592), and what a client may know \
                       and do below the address of its registration by the same token.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        super::endpoint::register,
        super::endpoint::show,
        super::endpoint::replace,
        super::endpoint::remove,
        super::secrets::list,
        super::secrets::make,
        super::secrets::end,
        super::evidence::show,
        super::findings::list,
        super::refused::list,
        super::signals::show,
        super::signals::set,
        super::signals::verify,
        super::rehearsal::show,
        super::rehearsal::begin,
    ),
    modifiers(&Tokens)
)]
struct Described;

/// How whoever asks shows that they may.
struct Tokens;

impl Modify for Tokens {
    fn modify(&self, described: &mut openapi::OpenApi) {
        let components = described.components.get_or_insert_with(Components::new);
        let scheme = |said: &str| {
            let mut bearer = Http::new(HttpAuthScheme::Bearer);
            bearer.description = Some(said.to_owned());
            SecurityScheme::Http(bearer)
        };
        components.add_security_scheme(TOKEN, scheme("What the client got when it was registered (RFC 7592 §1.2)."));
        components.add_security_scheme(INITIAL, scheme("What lets somebody register a client (RFC 7591 §1.2)."));
    }
}

/// Written once: it is the same for everybody.
static WRITTEN: LazyLock<Bytes> = LazyLock::new(|| Described::openapi().to_json().map(Bytes::from).unwrap_or_default());

/// `GET /openapi.json`
pub async fn show() -> Response {
    let mut response = WRITTEN.clone().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// What a client says about itself (RFC 7591 §2, OIDC Registration §2).
pub(super) struct ClientMetadata;

/// What a client is told of its registration (RFC 7591 §3.2.1, RFC 7592 §3).
pub(super) struct ClientInformation;

fn of_shape(shape: Shape) -> Schema {
    let plain = |kind| ObjectBuilder::new().schema_type(kind);
    match shape {
        Shape::Text => plain(Type::String).into(),
        Shape::Texts => ArrayBuilder::new().items(plain(Type::String)).into(),
        Shape::Flag => plain(Type::Boolean).into(),
        Shape::Number => plain(Type::Integer).minimum(Some(0)).into(),
        Shape::Object => plain(Type::Object).additional_properties(Some(AdditionalProperties::FreeForm(true))).into(),
    }
}

/// The members that both have.
fn members() -> ObjectBuilder {
    document::members().fold(ObjectBuilder::new(), |all, (name, shape)| all.property(name, of_shape(shape)))
}

impl PartialSchema for ClientMetadata {
    fn schema() -> RefOr<Schema> {
        let said = "RFC 7591 §2. Other members are ignored; names and addresses for people may be said per language.";
        let all =
            members().property("client_id", of_shape(Shape::Text)).property("client_secret", of_shape(Shape::Text));
        RefOr::T(all.description(Some(said)).into())
    }
}

impl ToSchema for ClientMetadata {
    fn name() -> Cow<'static, str> {
        "ClientMetadata".into()
    }
}

impl PartialSchema for ClientInformation {
    fn schema() -> RefOr<Schema> {
        let said = "RFC 7591 §3.2.1, RFC 7592 §3. A secret is told when it is made, and never again.";
        let told = [
            ("client_id", Shape::Text),
            ("client_secret", Shape::Text),
            ("client_secret_expires_at", Shape::Number),
            ("client_id_issued_at", Shape::Number),
            ("registration_client_uri", Shape::Text),
            ("registration_access_token", Shape::Text),
            ("issuer_jwks_uri", Shape::Text),
        ];
        let all = told.into_iter().fold(members(), |all, (name, shape)| all.property(name, of_shape(shape)));
        let always = ["client_id", "registration_client_uri", "registration_access_token"];
        let all = always.into_iter().fold(all, ObjectBuilder::required);
        RefOr::T(all.description(Some(said)).into())
    }
}

impl ToSchema for ClientInformation {
    fn name() -> Cow<'static, str> {
        "ClientInformation".into()
    }
}

/// An error (RFC 7591 §3.2.2).
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is described, and written elsewhere")]
pub(super) struct Error {
    /// Its code.
    error: String,
    /// What is wrong, for people.
    error_description: String,
    /// The page that tells more.
    error_uri: String,
}

/// What every address may answer instead.
pub(super) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        let body = || Content::new(Some(Ref::from_schema_name(Error::name())));
        let refused = |said: &str| ResponseBuilder::new().description(said).content("application/json", body()).build();
        let all = [
            ("400", refused("The request breaks a rule, which the code and the page name.")),
            ("403", refused("This passport does not take clients that register themselves.")),
            ("413", refused("The body is too large.")),
            ("429", refused("Too many in too short a time; `Retry-After` says when again.")),
            ("500", refused("Our concern.")),
            ("503", refused("The passport cannot answer now.")),
            // Whoever sent no token is told no more than that one is asked for (RFC 6750 §3.1).
            ("401", ResponseBuilder::new().description("There is no token, or it is not the client's.").build()),
        ];
        all.into_iter().map(|(status, response)| (status.to_owned(), RefOr::T(response))).collect()
    }
}
