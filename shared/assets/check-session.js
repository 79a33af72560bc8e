// Answers the page around this frame whether what it knows of the session still holds (OpenID Connect Session
// Management 1.0, 3.2). It asks nobody: the state of the browser stands in a cookie.
"use strict";
(() => {
  const prefix = document.currentScript.dataset.cookie + "=";
  const state = () => document.cookie.split("; ").find((pair) => pair.startsWith(prefix))?.slice(prefix.length);

  const digest = async (text) => {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };

  const answer = async (message, origin) => {
    const [, client, hash, salt] = /^(\S+) ([\w-]+)\.([\w-]+)$/.exec(message) ?? [];
    const present = state();
    // A browser that keeps the cookie from frames of other sites is no reason to sign in again and again: after
    // "error" a site does not ask.
    if (!client || !present) return "error";
    return (await digest([client, origin, present, salt].join(" "))) === hash ? "unchanged" : "changed";
  };

  addEventListener("message", async (event) => {
    // Nobody but the page around is answered, and only where it has an origin to answer to.
    if (window === parent || event.source !== parent || event.origin === "null") return;
    parent.postMessage(await answer(event.data, event.origin), event.origin);
  });
})();
