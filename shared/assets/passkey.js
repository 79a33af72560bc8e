// Calls the authenticator for the forms that carry its answer. What it is asked comes from the server, as JSON with
// binary values in base64url; what it answers goes back the same way, in a field of the form.
"use strict";
(() => {
  const forms = [...document.querySelectorAll("form[data-passkey]")];
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) => {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  };
  const text = (buffer) => {
    const binary = [...new Uint8Array(buffer)].map((byte) => String.fromCharCode(byte)).join("");
    return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };
  const described = (list) => (list ?? []).map((item) => ({ ...item, id: bytes(item.id) }));

  const ask = async (form) => {
    const body = new URLSearchParams({ csrf: form.elements.csrf.value });
    const answer = await fetch(form.dataset.options, { method: "POST", body });
    if (!answer.ok) throw new Error(`no challenge: ${answer.status}`);
    const { ceremony, publicKey } = await answer.json();
    publicKey.challenge = bytes(publicKey.challenge);
    if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
    if (publicKey.excludeCredentials) publicKey.excludeCredentials = described(publicKey.excludeCredentials);
    if (publicKey.allowCredentials) publicKey.allowCredentials = described(publicKey.allowCredentials);
    return { ceremony, publicKey };
  };

  const send = (form, ceremony, credential) => {
    const response = { clientDataJSON: text(credential.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = text(credential.response[part]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    // What was ticked beside the password counts here too.
    for (const field of form.querySelectorAll("[data-box]")) {
      const box = document.querySelector(`#task [type=checkbox][name=${field.name}]`);
      field.value = box?.checked ? box.value : "";
    }
    form.elements.ceremony.value = ceremony;
    form.elements.answer.value = JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
    form.submit();
  };

  // Whoever cancels, or has no passkey here, is told what else there is.
  const failed = (form) => {
    const there = new URL(form.dataset.failed, location.href);
    there.searchParams.set("notice", form.dataset.passkey === "create" ? "passkey-failed" : "failed");
    location.assign(there);
  };

  // What was asked for the account field is good for the button too, until it grows old: the server keeps it five minutes.
  const OLD = 4 * 60 * 1000;
  let waiting = null;
  let asked = null;
  const press = async (form) => {
    // One request to the authenticator at a time: the one that waits in the account field gives way.
    waiting?.abort();
    const kept = asked?.form === form && Date.now() - asked.at < OLD ? asked.challenge : null;
    asked = null;
    const { ceremony, publicKey } = kept ?? await ask(form);
    const method = form.dataset.passkey === "create" ? "create" : "get";
    send(form, ceremony, await navigator.credentials[method]({ publicKey }));
  };
  for (const form of forms) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      press(form).catch(() => failed(form));
    });
  }

  // Offered in the account field, beside what the browser remembers of names: nothing happens until it is chosen.
  const offer = async (form) => {
    if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
    waiting = new AbortController();
    const { signal } = waiting;
    const challenge = await ask(form);
    if (signal.aborted) return;
    asked = { form, challenge, at: Date.now() };
    const { ceremony, publicKey } = challenge;
    send(form, ceremony, await navigator.credentials.get({ publicKey, mediation: "conditional", signal }));
  };
  // Only once somebody turns to the form: a page that is merely open asks the server for nothing. A pointer comes before
  // the focus does, so that the offer is there in time.
  const field = forms.find((form) => form.dataset.place === "field");
  const task = document.querySelector("#task");
  if (field && task) {
    const begin = () => {
      for (const sign of ["pointerover", "focusin"]) task.removeEventListener(sign, begin);
      offer(field).catch(() => { /* the form and the button are there */ });
    };
    for (const sign of ["pointerover", "focusin"]) task.addEventListener(sign, begin);
    if (task.contains(document.activeElement)) begin();
  }
})();
