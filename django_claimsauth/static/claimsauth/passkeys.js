/**
 * Passkeys in the browser: asks the endpoints of django_claimsauth for options, asks
 * the browser for a passkey, and brings the answer back. One module, no dependency,
 * nothing inline: `script-src 'self'` is enough.
 *
 *     import { Passkeys } from "/static/claimsauth/passkeys.js";
 *
 *     const passkeys = new Passkeys("/passkeys/");
 *     await passkeys.signIn({ username: "ada" });
 *
 * Everything that can go wrong is a PasskeyError with a `code`: the server's own
 * (`challenge_expired`, `too_many_passkeys`, ...), or one of
 *
 *     unsupported         this browser has no passkeys, or none that the site accepts
 *     cancelled           the user said no, or closed the prompt
 *     timed_out           nobody answered the prompt
 *     aborted             the page itself went on to something else
 *     already_registered  this authenticator has a passkey for the account
 *     wrong_site          this page may not use the site's passkeys
 *     unreachable         the server did not answer
 *     failed              the browser gave another reason, which is the `cause`
 */

const MESSAGES = {
  unsupported: "This browser does not support passkeys.",
  cancelled: "The passkey prompt was closed.",
  timed_out: "The passkey prompt was not answered in time.",
  aborted: "The passkey prompt was given up.",
  already_registered: "This device has a passkey for the account already.",
  wrong_site: "Passkeys of this site cannot be used on this page.",
  unreachable: "The server cannot be reached.",
  failed: "The passkey could not be used.",
};

const CODES = {
  AbortError: "aborted",
  ConstraintError: "unsupported",
  InvalidStateError: "already_registered",
  NotAllowedError: "cancelled",
  NotSupportedError: "unsupported",
  SecurityError: "wrong_site",
  TimeoutError: "timed_out",
};

/** A challenge is asked for anew before it expires: at this part of its life. */
const RENEW_AT = 0.9;
const RENEW = "renew";

/** What went wrong: a `code`, a sentence in `message`, the HTTP `status` if there was one. */
export class PasskeyError extends Error {
  constructor(code, message = MESSAGES[code] ?? code, { status = null, cause } = {}) {
    super(message, { cause });
    this.name = "PasskeyError";
    this.code = code;
    this.status = status;
  }
}

/** Whether this browser has passkeys at all. */
export function isSupported() {
  return typeof globalThis.PublicKeyCredential === "function" && !!navigator.credentials;
}

/** Whether the browser offers passkeys in the autofill of a form. */
export async function isAutofillSupported() {
  if (!isSupported()) return false;
  return (await PublicKeyCredential.isConditionalMediationAvailable?.()) ?? false;
}

/** Whether this device can keep a passkey by itself and verify its user. */
export async function isPlatformSupported() {
  if (!isSupported()) return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
}

export class Passkeys {
  #base;
  #headers;
  #fetch;
  #credentials;
  #csrfCookie;
  #pending = null;
  #turn = 0;

  /**
   * @param {string} base  Where the endpoints are: "/passkeys/".
   * @param {object} [options]
   * @param {() => object} [options.headers]  Headers of every request, such as
   *     `() => ({ Authorization: `Bearer ${token}` })`.
   * @param {string} [options.csrfCookie]  The name of Django's CSRF cookie.
   * @param {string} [options.credentials]  As of `fetch`; "include" for another origin.
   */
  constructor(base = "/passkeys/", options = {}) {
    this.#base = base.endsWith("/") ? base : `${base}/`;
    this.#headers = options.headers ?? (() => ({}));
    this.#csrfCookie = options.csrfCookie ?? "csrftoken";
    this.#credentials = options.credentials ?? "same-origin";
    this.#fetch = options.fetch ?? ((...request) => fetch(...request));
  }

  /** Make an account with a passkey; the answer is what a sign-in answers. */
  async signUp({ username, displayName, name, scope, signal } = {}) {
    const asked = given({ username, display_name: displayName });
    return this.#create("sign-up/", asked, given({ name, scope }), signal);
  }

  /** Add a passkey to the account that one is signed in to. */
  async register({ name, signal } = {}) {
    return this.#create("registration/", {}, given({ name }), signal);
  }

  /**
   * Sign in: with a user name, or with any passkey of this site.
   *
   * With `autofill` there is no prompt: the browser offers passkeys in a field with
   * `autocomplete="username webauthn"`, and the promise waits until one is chosen.
   */
  async signIn({ username, autofill = false, scope, signal } = {}) {
    const asked = given({ username });
    const more = given({ scope });
    const turn = this.#begin();
    if (!autofill) return this.#get(turn, "authentication/", asked, more, signal);
    if (!(await isAutofillSupported())) throw new PasskeyError("unsupported");
    for (;;) {
      try {
        return await this.#get(turn, "authentication/", asked, more, signal, "conditional");
      } catch (error) {
        // The page was open for longer than a challenge lives.
        if (error.code !== RENEW) throw error;
      }
    }
  }

  /** Prove again that one is there: lifts the session, or answers with a new token. */
  async stepUp({ signal } = {}) {
    return this.#get(this.#begin(), "step-up/", {}, {}, signal);
  }

  /** One's own passkeys. */
  async list() {
    return this.#ask("GET", "");
  }

  /** Give a passkey another name. */
  async rename(id, name) {
    return this.#ask("PATCH", `${id}/`, { name });
  }

  /** Remove a passkey. */
  async remove(id) {
    return this.#ask("DELETE", `${id}/`, {});
  }

  /** Give up the prompt, or the autofill, that waits. */
  abort() {
    this.#begin();
  }

  /** One ceremony at a time: the newest. What waits gives up, and makes room. */
  #begin() {
    this.#pending?.abort();
    this.#pending = null;
    this.#turn += 1;
    return this.#turn;
  }

  async #create(path, asked, more, signal) {
    const turn = this.#begin();
    checkSupport();
    const { publicKey } = await this.#ask("POST", `${path}options/`, asked);
    const credential = await this.#prompt(turn, publicKey, signal, (abort) =>
      navigator.credentials.create({ publicKey: creationOptions(publicKey), signal: abort }),
    );
    return this.#ask("POST", path, { credential: asJSON(credential), ...more });
  }

  async #get(turn, path, asked, more, signal, mediation) {
    checkSupport();
    const { publicKey } = await this.#ask("POST", `${path}options/`, asked);
    const options = { publicKey: requestOptions(publicKey), ...given({ mediation }) };
    const ask = (abort) => navigator.credentials.get({ ...options, signal: abort });
    const renewAfter = mediation ? publicKey.timeout * RENEW_AT : 0;
    const credential = await this.#prompt(turn, publicKey, signal, ask, renewAfter);
    try {
      return await this.#ask("POST", path, { credential: asJSON(credential), ...more });
    } catch (error) {
      if (error.code === "credential_unknown") await forget(publicKey.rpId, credential.id);
      throw error;
    }
  }

  /** Ask the browser, unless another ceremony has begun while options were fetched. */
  async #prompt(turn, publicKey, signal, ask, renewAfter = 0) {
    if (turn !== this.#turn) throw new PasskeyError("aborted");
    const pending = new AbortController();
    const giveUp = () => pending.abort();
    const renew = () => pending.abort(new PasskeyError(RENEW));
    const timer = renewAfter ? setTimeout(renew, renewAfter) : null;
    this.#pending = pending;
    signal?.addEventListener("abort", giveUp);
    if (signal?.aborted) giveUp();
    const began = performance.now();
    try {
      const credential = await ask(pending.signal);
      if (credential === null) throw new PasskeyError("cancelled");
      return credential;
    } catch (error) {
      throw translated(error, performance.now() - began, publicKey.timeout);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
      if (this.#pending === pending) this.#pending = null;
    }
  }

  async #ask(method, path, body) {
    const headers = { Accept: "application/json", ...this.#headers() };
    const csrf = cookie(this.#csrfCookie);
    if (method !== "GET") headers["Content-Type"] = "application/json";
    // Never to another site: it would learn the token.
    if (method !== "GET" && csrf && this.#isOwn()) headers["X-CSRFToken"] = csrf;
    let response;
    try {
      response = await this.#fetch(this.#base + path, {
        method,
        headers,
        credentials: this.#credentials,
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch (cause) {
      throw new PasskeyError("unreachable", MESSAGES.unreachable, { cause });
    }
    return answerOf(response);
  }

  #isOwn() {
    return new URL(this.#base, location.href).origin === location.origin;
  }
}

function checkSupport() {
  if (!isSupported()) throw new PasskeyError("unsupported");
}

async function answerOf(response) {
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  const code = answer?.code ?? "failed";
  throw new PasskeyError(code, answer?.detail ?? MESSAGES.failed, { status: response.status });
}

/** Browsers say "not allowed" for a refusal and for silence; the clock tells them apart. */
function translated(error, waited, timeout) {
  if (error instanceof PasskeyError) return error;
  let code = CODES[error?.name] ?? "failed";
  if (code === "cancelled" && timeout && waited >= timeout) code = "timed_out";
  return new PasskeyError(code, MESSAGES[code], { cause: error });
}

/** Tell the passkey's provider that the site does not know it, so that it is not offered. */
async function forget(rpId, credentialId) {
  const tell = globalThis.PublicKeyCredential?.signalUnknownCredential;
  await tell?.call(PublicKeyCredential, { rpId, credentialId }).catch(() => {});
}

/** Options for `create()` of the JSON of WebAuthn 5.1.8, also where the browser has no parser. */
export function creationOptions(json) {
  const parse = PublicKeyCredential.parseCreationOptionsFromJSON;
  if (parse) return parse.call(PublicKeyCredential, json);
  return {
    ...json,
    challenge: octets(json.challenge),
    user: { ...json.user, id: octets(json.user.id) },
    excludeCredentials: (json.excludeCredentials ?? []).map(descriptor),
  };
}

/** Options for `get()`, in the same way. */
export function requestOptions(json) {
  const parse = PublicKeyCredential.parseRequestOptionsFromJSON;
  if (parse) return parse.call(PublicKeyCredential, json);
  return {
    ...json,
    challenge: octets(json.challenge),
    allowCredentials: (json.allowCredentials ?? []).map(descriptor),
  };
}

/** A credential as JSON, also where it cannot say itself, or a password manager broke that. */
export function asJSON(credential) {
  try {
    const json = credential.toJSON?.();
    if (typeof json?.response?.clientDataJSON === "string") return json;
  } catch {
    // Some extensions put an object in the credential's place.
  }
  const { response } = credential;
  const fields = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const members = fields
    .filter((name) => response[name])
    .map((name) => [name, text(response[name])]);
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      ...Object.fromEntries(members),
      ...given({ transports: response.getTransports?.() }),
    },
  };
}

function descriptor({ type, id, transports }) {
  return { type, id: octets(id), ...given({ transports }) };
}

function octets(base64url) {
  const base64 = base64url.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
}

function text(buffer) {
  const binary = Array.from(new Uint8Array(buffer), (each) => String.fromCharCode(each)).join("");
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The members that were given. */
function given(members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function cookie(name) {
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : null;
}
