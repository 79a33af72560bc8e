//! The list. A rule that is broken here and not told as itself names the one that is told instead.

use super::super::error::Code;
use super::{Entry, Group};

rules! {
    Form {
        FormBodyTooLarge "form-body-too-large" InvalidRequest "the body is too large or broke off" "RFC 9110 15.5.14";
        FormContentType "form-content-type" InvalidRequest
            "the body is application/x-www-form-urlencoded" "RFC 6749 4.1.3";
        ParameterTooMany "parameter-too-many" InvalidRequest "the request has too many parameters" "RFC 6749 3.1";
        ParameterTwice "parameter-twice" InvalidRequest "a parameter was sent more than once" "RFC 6749 3.1";
        ParameterControlCharacter "parameter-control-character" InvalidRequest
            "a parameter holds a control character" "RFC 6749 3.1";
        ParameterEncoding "parameter-encoding" InvalidRequest "a parameter is not percent-encoded UTF-8" "RFC 6749 3.1";
    }
    Authorize {
        RequestTooLong "request-too-long" InvalidRequest "the request is longer than 4096 bytes" "RFC 6749 4.1.2.1";
        ClientIdMissing "client-id-missing" InvalidRequest "client_id is missing" "RFC 6749 4.1.1";
        ClientIdNotRegistered "client-id-not-registered" InvalidRequest
            "client_id is not registered" "RFC 6749 4.1.2.1";
        RedirectUriMissing "redirect-uri-missing" InvalidRequest
            "redirect_uri is missing" "OpenID Connect Core 1.0 3.1.2.1";
        RedirectUriNotRegistered "redirect-uri-not-registered" InvalidRequest
            "redirect_uri is not registered" "RFC 9700 2.1";
        RedirectUriNotAbsolute "redirect-uri-not-absolute" InvalidRequest
            "redirect_uri is not an absolute URI" "RFC 6749 3.1.2";
        PushRequired "push-required" InvalidRequest "the client pushes its requests first" "RFC 9126 5";
        SignatureRequired "signature-required" InvalidRequest "the client signs its requests" "RFC 9101 10.5";
        RequestAndRequestUri "request-and-request-uri" InvalidRequest
            "request and request_uri exclude each other" "RFC 9101 5";
        RequestUriNotFollowed "request-uri-not-followed" InvalidRequestUri
            "request_uri leads to no request" "OpenID Connect Core 1.0 6.2";
        RequestNotOpened "request-not-opened" InvalidRequestObject "the request object was not verified" "RFC 9101 6.2";
        RegistrationParameter "registration-parameter" RegistrationNotSupported
            "registration is not supported" "OpenID Connect Core 1.0 7.2.1";
        CodesNotAllowed "codes-not-allowed" UnauthorizedClient
            "the client is not registered for codes" "RFC 6749 4.1.2.1";
        ResponseTypeMissing "response-type-missing" InvalidRequest "response_type is missing" "RFC 6749 3.1.1";
        ResponseTypeNotCode "response-type-not-code" UnsupportedResponseType
            "the response type is code" "RFC 6749 3.1.1";
        ResponseModeUnknown "response-mode-unknown" InvalidRequest
            "response_mode is unknown" "OAuth 2.0 Multiple Response Types 2.1";
        ValueTooLong "value-too-long" InvalidRequest "a parameter is too long" "RFC 6749 4.1.2.1";
        ChallengeMissing "challenge-missing" InvalidRequest "code_challenge is missing" "RFC 7636 4.4.1";
        ChallengeMethodAlone "challenge-method-alone" InvalidRequest
            "code_challenge_method came without code_challenge" "RFC 7636 4.3";
        ChallengeMethodNotS256 "challenge-method-not-s256" InvalidRequest
            "code_challenge_method is S256" "RFC 7636 4.4.1";
        ChallengeMalformed "challenge-malformed" InvalidRequest
            "code_challenge is not a SHA-256 in base64url" "RFC 7636 4.2";
        CodeKeyMalformed "code-key-malformed" InvalidRequest "dpop_jkt is no SHA-256 thumbprint" "RFC 9449 10";
        PromptUnknown "prompt-unknown" InvalidRequest
            "prompt has a value that does not exist" "OpenID Connect Core 1.0 3.1.2.1";
        PromptNoneNotAlone "prompt-none-not-alone" InvalidRequest
            "prompt none stands alone" "OpenID Connect Core 1.0 3.1.2.1";
        MaxAgeMalformed "max-age-malformed" InvalidRequest
            "max_age is a number of seconds" "OpenID Connect Core 1.0 3.1.2.1";
        ClaimsTooLong "claims-too-long" InvalidRequest "claims is too long" "OpenID Connect Core 1.0 5.5";
        ClaimsNotAnObject "claims-not-an-object" InvalidRequest
            "claims is not a JSON object" "OpenID Connect Core 1.0 5.5";
        ClaimsMemberNotAnObject "claims-member-not-an-object" InvalidRequest
            "a member of claims is not an object" "OpenID Connect Core 1.0 5.5";
        ClaimsWishMalformed "claims-wish-malformed" InvalidRequest
            "a claim is asked for by null or by an object" "OpenID Connect Core 1.0 5.5";
        ContextUnknown "context-unknown" UnmetAuthenticationRequirements
            "no essential acr can be reached" "OpenID Connect Core 1.0 5.5.1.1";
        ScopeTooLong "scope-too-long" InvalidScope "scope is too long" "RFC 6749 3.3";
        ScopeCharacter "scope-character" InvalidScope "scope holds a character it must not hold" "RFC 6749 3.3";
        ScopeNothingLeft "scope-nothing-left" InvalidScope
            "scope is missing or names nothing that the client may ask for" "RFC 6749 3.3";
        ScopeMalformed "scope-malformed" InvalidScope "scope is malformed" "RFC 6749 3.3";
        RequestMalformed "request-malformed" InvalidRequest "the request is malformed" "RFC 6749 4.1.2.1";
        ResourceRefused "resource-refused" InvalidTarget
            "a resource is none that the client may have tokens for, or none that was authorized" "RFC 8707 2";
        PersonDeclined "person-declined" AccessDenied "the person did not go on" "RFC 6749 4.1.2.1";
        NobodySignedIn "nobody-signed-in" LoginRequired "nobody is signed in" "OpenID Connect Core 1.0 3.1.2.6";
        AnotherPersonSignedIn "another-person-signed-in" LoginRequired
            "another person is signed in" "OpenID Connect Core 1.0 3.1.2.6";
        SignInTooOld "sign-in-too-old" LoginRequired "the sign-in is too old" "OpenID Connect Core 1.0 3.1.2.6";
        AccountIsLeaving "account-is-leaving" InteractionRequired
            "the account is about to be closed" "OpenID Connect Core 1.0 3.1.2.6";
        AgreementsChanged "agreements-changed" InteractionRequired
            "the agreements have changed" "OpenID Connect Core 1.0 3.1.2.6";
        GuardianRequired "guardian-required" InteractionRequired
            "a guardian has to consent" "OpenID Connect Core 1.0 3.1.2.6";
        ProvinceUnknown "province-unknown" InteractionRequired
            "the province is not known" "OpenID Connect Core 1.0 3.1.2.6";
        ConsentNeeded "consent-needed" ConsentRequired "consent is needed" "OpenID Connect Core 1.0 3.1.2.6";
        StrongerSignInNeeded "stronger-sign-in-needed" LoginRequired
            "a stronger sign-in is asked for" "OpenID Connect Core 1.0 5.5.1.1";
        FactorMissing "factor-missing" UnmetAuthenticationRequirements
            "the account has no such factor" "OpenID Connect Unmet Authentication Requirements 1.0 2";
    }
    Pushed {
        PushedRequestGone "pushed-request-gone" InvalidRequestUri
            "request_uri is unknown, expired, spent or of another client" "RFC 9126 4";
        PushedRequestUri "pushed-request-uri" InvalidRequest "request_uri has no place here" "RFC 9126 2.1";
    }
    Object {
        ObjectAddressNotRegistered "object-address-not-registered" InvalidRequestUri
            "request_uri is not registered" "RFC 9101 5.2";
        ObjectNotHad "object-not-had" InvalidRequestUri "request_uri leads to no request object" "RFC 9101 5.2";
        ObjectClientDiffers "object-client-differs" InvalidRequestObject
            "client_id differs from the one in the request object" "RFC 9101 6";
        ObjectResponseTypeDiffers "object-response-type-differs" InvalidRequestObject
            "response_type differs from the one in the request object" "RFC 9101 6";
        ObjectInObject "object-in-object" InvalidRequestObject "a request object holds no other" "RFC 9101 6";
        ObjectResourceNotText "object-resource-not-text" InvalidRequestObject "a resource is a text" "RFC 9101 6";
        ObjectTooLarge "object-too-large" InvalidRequestObject "the JWT is too large" "RFC 9101 6";
        ObjectMalformed "object-malformed" InvalidRequestObject "the JWT is malformed" "RFC 9101 6";
        ObjectType "object-type" InvalidRequestObject "the JWT is of another type" "RFC 9101 6";
        ObjectCritical "object-critical" InvalidRequestObject "the JWT has critical extensions" "RFC 9101 6";
        ObjectKeyInHeader "object-key-in-header" InvalidRequestObject "the JWT names a key in its header" "RFC 9101 6";
        ObjectAlgorithm "object-algorithm" InvalidRequestObject "the algorithm of the JWT is not allowed" "RFC 9101 6";
        ObjectKeyUnknown "object-key-unknown" InvalidRequestObject "no registered key fits the JWT" "RFC 9101 6";
        ObjectKeyAmbiguous "object-key-ambiguous" InvalidRequestObject
            "several registered keys fit the JWT: give them ids of their own" "RFC 9101 6";
        ObjectSignature "object-signature" InvalidRequestObject "the signature of the JWT is wrong" "RFC 9101 6";
        ObjectClaim "object-claim" InvalidRequestObject
            "a claim of the JWT is missing or of the wrong type" "RFC 9101 6";
        ObjectExpired "object-expired" InvalidRequestObject "the JWT has expired" "RFC 9101 6";
        ObjectTooLong "object-too-long" InvalidRequestObject "the JWT is valid for too long" "RFC 9101 6";
        ObjectEarly "object-early" InvalidRequestObject "iat or nbf of the JWT lies in the future" "RFC 9101 6";
        ObjectAudience "object-audience" InvalidRequestObject "the JWT is meant for another audience" "RFC 9101 6";
    }
    Client {
        ClientAuthenticationFailed "client-authentication-failed" InvalidClient
            "client authentication failed" "RFC 6749 5.2";
        ClientUnknown "client-unknown" InvalidClient
            "client authentication failed" "RFC 6749 5.2" told ClientAuthenticationFailed;
        ClientSuspended "client-suspended" UnauthorizedClient "the client is suspended" "RFC 6749 5.2";
        ClientSecretWrong "client-secret-wrong" InvalidClient
            "client authentication failed" "RFC 6749 5.2" told ClientAuthenticationFailed;
        ClientMethodNotRegistered "client-method-not-registered" InvalidClient
            "client authentication failed" "RFC 6749 5.2" told ClientAuthenticationFailed;
        ClientCertificateRefused "client-certificate-refused" InvalidClient
            "client authentication failed" "RFC 8705 2" told ClientAuthenticationFailed;
        ClientCredentialsMissing "client-credentials-missing" InvalidClient
            "client authentication failed" "RFC 6749 5.2" told ClientAuthenticationFailed;
        ClientHeaderUnreadable "client-header-unreadable" InvalidClient
            "client authentication failed" "RFC 6749 5.2" told ClientAuthenticationFailed;
        ClientHeaderTwice "client-header-twice" InvalidRequest "several Authorization headers" "RFC 6749 2.3";
        ClientCredentialsBesideAssertion "client-credentials-beside-assertion" InvalidRequest
            "credentials were sent beside a client assertion" "RFC 6749 2.3";
        ClientCredentialsTwice "client-credentials-twice" InvalidRequest
            "credentials were sent in the header and in the body" "RFC 6749 2.3";
        ClientIdDiffersFromHeader "client-id-differs-from-header" InvalidRequest
            "client_id differs from the header" "RFC 6749 2.3";
        AssertionTypeUnknown "assertion-type-unknown" InvalidClient
            "a client assertion comes with the client_assertion_type jwt-bearer" "RFC 7523 2.2";
        AssertionClientDiffers "assertion-client-differs" InvalidClient
            "client_id differs from the client assertion" "RFC 7521 4.2";
        AssertionUsed "assertion-used" InvalidClient "the client assertion was used before" "RFC 7523 3";
        AssertionTooLarge "assertion-too-large" InvalidClient "the JWT is too large" "RFC 7523 3";
        AssertionMalformed "assertion-malformed" InvalidClient "the JWT is malformed" "RFC 7523 3";
        AssertionType "assertion-type" InvalidClient "the JWT is of another type" "RFC 7523 3";
        AssertionCritical "assertion-critical" InvalidClient "the JWT has critical extensions" "RFC 7523 3";
        AssertionKeyInHeader "assertion-key-in-header" InvalidClient "the JWT names a key in its header" "RFC 7523 3";
        AssertionAlgorithm "assertion-algorithm" InvalidClient
            "the algorithm of the JWT is not allowed" "RFC 7523 3" told ClientAuthenticationFailed;
        AssertionKeyUnknown "assertion-key-unknown" InvalidClient
            "no registered key fits the JWT" "RFC 7523 3" told ClientAuthenticationFailed;
        AssertionKeyAmbiguous "assertion-key-ambiguous" InvalidClient
            "several registered keys fit the JWT: give them ids of their own" "RFC 7523 3" told ClientAuthenticationFailed;
        AssertionSignature "assertion-signature" InvalidClient
            "the signature of the JWT is wrong" "RFC 7523 3" told ClientAuthenticationFailed;
        AssertionClaim "assertion-claim" InvalidClient
            "a claim of the JWT is missing or of the wrong type" "RFC 7523 3";
        AssertionExpired "assertion-expired" InvalidClient "the JWT has expired" "RFC 7523 3";
        AssertionTooLong "assertion-too-long" InvalidClient "the JWT is valid for too long" "RFC 7523 3";
        AssertionEarly "assertion-early" InvalidClient "iat or nbf of the JWT lies in the future" "RFC 7523 3";
        AssertionAudience "assertion-audience" InvalidClient "the JWT is meant for another audience" "RFC 7523 3";
    }
    Token {
        GrantTypeMissing "grant-type-missing" InvalidRequest "grant_type is missing" "RFC 6749 4.1.3";
        GrantTypeUnsupported "grant-type-unsupported" UnsupportedGrantType "grant_type is not supported" "RFC 6749 5.2";
        GrantNotAllowed "grant-not-allowed" UnauthorizedClient "the client may not use this grant" "RFC 6749 5.2";
        GrantRefused "grant-refused" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2";
        CodeUnreadable "code-unreadable" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2" told GrantRefused;
        CodeExpired "code-expired" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2" told GrantRefused;
        CodeSpent "code-spent" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2" told GrantRefused;
        GrantOfAnotherClient "grant-of-another-client" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2" told GrantRefused;
        CodeRedirectUriDiffers "code-redirect-uri-differs" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2" told GrantRefused;
        VerifierMissing "verifier-missing" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2" told GrantRefused;
        VerifierUnexpected "verifier-unexpected" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2" told GrantRefused;
        VerifierWrong "verifier-wrong" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2" told GrantRefused;
        CodeBoundToAnotherKey "code-bound-to-another-key" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2" told GrantRefused;
        RefreshTokenUnknown "refresh-token-unknown" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2" told GrantRefused;
        RefreshTokenSpent "refresh-token-spent" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2" told GrantRefused;
        RefreshTokenOver "refresh-token-over" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2" told GrantRefused;
        RefreshTokenBoundToAnotherKey "refresh-token-bound-to-another-key" InvalidGrant
            "the grant is unknown, spent, expired, revoked or of another client" "RFC 6749 5.2" told GrantRefused;
        CodeMissing "code-missing" InvalidRequest "code is missing" "RFC 6749 4.1.3";
        TokenRedirectUriMissing "token-redirect-uri-missing" InvalidRequest "redirect_uri is missing" "RFC 6749 4.1.3";
        VerifierMalformed "verifier-malformed" InvalidRequest
            "code_verifier has 43 to 128 unreserved characters" "RFC 7636 4.1";
        RefreshTokenMissing "refresh-token-missing" InvalidRequest "refresh_token is missing" "RFC 6749 6";
        ScopeExceedsGrant "scope-exceeds-grant" InvalidScope "scope exceeds what was granted" "RFC 6749 6";
        ScopeNotForClient "scope-not-for-client" InvalidScope
            "scope names nothing that the client may have for itself" "RFC 6749 3.3";
        TokenRequestMalformed "token-request-malformed" InvalidRequest
            "a required parameter is missing or malformed" "RFC 6749 5.2";
    }
    Proof {
        ProofRequired "proof-required" InvalidRequest "the client must send a DPoP proof" "RFC 9449 5.2";
        ProofTwice "proof-twice" InvalidDpopProof "several DPoP headers" "RFC 9449 4.3";
        ProofUnreadable "proof-unreadable" InvalidDpopProof "the DPoP proof is malformed" "RFC 9449 4.3";
        ProofKeyDiffers "proof-key-differs" InvalidDpopProof
            "dpop_jkt names another key than the DPoP proof" "RFC 9449 10.1";
        ProofMissing "proof-missing" InvalidDpopProof "the access token came without a DPoP proof" "RFC 9449 7.1";
        ProofUsed "proof-used" InvalidDpopProof "the DPoP proof was used before" "RFC 9449 11.1";
        ProofMethod "proof-method" InvalidDpopProof "htm is another method than that of the request" "RFC 9449 4.3";
        ProofAddress "proof-address" InvalidDpopProof "htu is another address than that of the request" "RFC 9449 4.3";
        ProofNonce "proof-nonce" UseDpopNonce
            "the DPoP proof must hold the nonce of the DPoP-Nonce header" "RFC 9449 8";
        ProofTime "proof-time" InvalidDpopProof "iat is not the current time" "RFC 9449 4.3";
        ProofTokenHash "proof-token-hash" InvalidDpopProof "ath is not the hash of the access token" "RFC 9449 4.3";
        ProofTooLarge "proof-too-large" InvalidDpopProof "the JWT is too large" "RFC 9449 4.3";
        ProofMalformed "proof-malformed" InvalidDpopProof "the JWT is malformed" "RFC 9449 4.3";
        ProofType "proof-type" InvalidDpopProof "the JWT is of another type" "RFC 9449 4.3";
        ProofCritical "proof-critical" InvalidDpopProof "the JWT has critical extensions" "RFC 9449 4.3";
        ProofKeyInHeader "proof-key-in-header" InvalidDpopProof "the JWT names a key in its header" "RFC 9449 4.3";
        ProofAlgorithm "proof-algorithm" InvalidDpopProof "the algorithm of the JWT is not allowed" "RFC 9449 4.3";
        ProofKeyUnusable "proof-key-unusable" InvalidDpopProof
            "the key in the JWT is not a public key that is accepted" "RFC 9449 4.3";
        ProofSignature "proof-signature" InvalidDpopProof "the signature of the JWT is wrong" "RFC 9449 4.3";
        ProofClaim "proof-claim" InvalidDpopProof "a claim of the JWT is missing or of the wrong type" "RFC 9449 4.3";
        CertificateRequired "certificate-required" InvalidRequest "the client must show its certificate" "RFC 8705 3";
    }
    Resource {
        AccessTokenDead "access-token-dead" InvalidToken
            "the access token is unknown, expired or revoked" "RFC 6750 3.1";
        AccessTokenTwice "access-token-twice" InvalidRequest "the access token was sent twice" "RFC 6750 2";
        ResourceHeaderTwice "resource-header-twice" InvalidRequest "several Authorization headers" "RFC 6750 2";
        AccessTokenOtherCertificate "access-token-other-certificate" InvalidToken
            "the access token is bound to another certificate" "RFC 8705 3";
        AccessTokenOtherKey "access-token-other-key" InvalidToken
            "the DPoP proof was made with another key than the access token is bound to" "RFC 9449 7.1";
        AccessTokenBound "access-token-bound" InvalidToken "the access token is bound to a key" "RFC 9449 7.1";
        AccessTokenNotBound "access-token-not-bound" InvalidToken
            "the access token is not bound to a key" "RFC 9449 7.1";
        OpenidMissing "openid-missing" InsufficientScope "the access token does not allow openid" "RFC 6750 3.1";
        IntrospectionPublic "introspection-public" InvalidClient "a public client may not introspect" "RFC 7662 2.1";
        IntrospectionTokenMissing "introspection-token-missing" InvalidRequest "token is missing" "RFC 7662 2.1";
        RevocationTokenMissing "revocation-token-missing" InvalidRequest "token is missing" "RFC 7009 2.1";
        RevocationOfAnothersToken "revocation-of-anothers-token" UnauthorizedClient
            "the token was issued to another client" "RFC 7009 2.1";
    }
    Registration {
        RegistrationClosed "registration-closed" AccessDenied
            "clients are registered by operators here" "RFC 7591 3.2.2";
        RegistrationTokenRefused "registration-token-refused" InvalidToken
            "the access token is unknown, spent or expired" "RFC 7592 2";
        RegistrationTooMany "registration-too-many" TooManyRequests
            "too many clients were registered from this network" "RFC 7591 3.2.2";
        RegistrationHeaderTwice "registration-header-twice" InvalidRequest "several Authorization headers" "RFC 6750 2";
        RegistrationBody "registration-body" InvalidClientMetadata
            "the body is a JSON object that names each field once" "RFC 7591 3.1";
        RegistrationMetadata "registration-metadata" InvalidClientMetadata
            "a field of the client metadata breaks a rule" "RFC 7591 3.2.2";
        RegistrationRedirectUri "registration-redirect-uri" InvalidRedirectUri
            "a redirect URI breaks a rule" "RFC 7591 3.2.2";
        RegistrationMalformed "registration-malformed" InvalidRequest "the client metadata is malformed" "RFC 7591 3.1";
        RegistrationClientIdDiffers "registration-client-id-differs" InvalidRequest
            "client_id is missing or another" "RFC 7592 2.2";
        RegistrationSaysOurs "registration-says-ours" InvalidRequest
            "the request says what is for the registry to say" "RFC 7592 2.2";
        RegistrationSecretDiffers "registration-secret-differs" InvalidRequest
            "client_secret is not the registered one" "RFC 7592 2.2";
        RegistrationSecretUnchangeable "registration-secret-unchangeable" InvalidRequest
            "the client's secret cannot be changed so" "RFC 7592 2.2";
        RegistrationTwoSecrets "registration-two-secrets" InvalidRequest
            "two secrets of the client are valid already" "RFC 7591 3.2.1";
        RegistrationSecretUnknown "registration-secret-unknown" InvalidRequest
            "the client has no valid secret of that id" "RFC 7592 2";
        RegistrationNoStream "registration-no-stream" InvalidRequest
            "the client has no stream of security events that could do so" "RFC 8935 2";
        RegistrationSignals "registration-signals" InvalidRequest
            "what is wanted of the stream of security events cannot be" "RFC 8935 2";
        RegistrationRehearsal "registration-rehearsal" InvalidRequest
            "the change of a signing key cannot be rehearsed now, or not here" "OpenID Connect Core 1.0 10.1.1";
        RegistrationTooOften "registration-too-often" TooManyRequests
            "the client asks for that more often than it may" "RFC 6585 4";
        RegistrationLastSecret "registration-last-secret" InvalidRequest
            "it is the client's only valid secret" "RFC 7592 2";
    }
    Logout {
        LogoutAudienceDiffers "logout-audience-differs" InvalidRequest
            "client_id is not the audience of id_token_hint" "OpenID Connect RP-Initiated Logout 1.0 2";
        LogoutRedirectNotRegistered "logout-redirect-not-registered" InvalidRequest
            "post_logout_redirect_uri is not registered" "OpenID Connect RP-Initiated Logout 1.0 2";
    }
    Service {
        EndpointUnknown "endpoint-unknown" InvalidRequest "there is no such endpoint" "RFC 9110 15.5.5";
        MethodNotAllowed "method-not-allowed" InvalidRequest "the method is not allowed here" "RFC 9110 15.5.6";
        ClientPageUnknown "client-page-unknown" InvalidRequest "there is no such client" "RFC 9110 15.5.5";
        TooManyRequests "too-many-requests" TooManyRequests "the client sends more requests than it may" "RFC 6585 4";
        ServerError "server-error" ServerError "the request could not be served" "RFC 6749 4.1.2.1";
        TemporarilyUnavailable "temporarily-unavailable" TemporarilyUnavailable
            "try again in a moment" "RFC 6749 4.1.2.1";
    }
}
