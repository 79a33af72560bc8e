// What script adds to forms. Every page is whole without it.
"use strict";
(() => {
  document.documentElement.classList.add("scripted");

  // The first error or a fresh result is where the reader should be.
  const focus = document.querySelector("[data-focus]");
  if (focus) focus.focus({ preventScroll: false });

  // A form that only carries the person on. Whoever comes back to it is not sent off once more.
  const onward = document.querySelector("form[data-goes-on]");
  const arrived = performance.getEntriesByType("navigation")[0];
  if (onward && arrived?.type !== "back_forward") onward.submit();

  // Show and hide a password.
  for (const button of document.querySelectorAll("[data-reveal]")) {
    const input = document.getElementById(button.dataset.reveal);
    const words = button.querySelector("span");
    const use = button.querySelector("use");
    const symbol = (name) => use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#" + name));
    const show = (shown) => {
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
      words.textContent = shown ? button.dataset.hide : button.dataset.show;
      symbol(shown ? "eye-off" : "eye");
    };
    button.hidden = false;
    button.addEventListener("click", () => show(input.type === "password"));
    // A password must not be sent, or remembered by the browser, as plain text.
    input.form?.addEventListener("submit", () => show(false));
  }

  // Tick the rules of a new password while it is typed. The server decides.
  const checks = {
    length: (text, least, most) => [...text].length >= Number(least) && [...text].length <= Number(most),
    letter: (text) => /[A-Za-z]/.test(text),
    digit: (text) => /[0-9]/.test(text),
    "letter-digit": (text) => /[A-Za-z]/.test(text) && /[0-9]/.test(text),
    "one-of": (text, characters) => [...characters].some((character) => text.includes(character)),
  };
  for (const list of document.querySelectorAll("[data-rules-of]")) {
    const input = document.getElementById(list.dataset.rulesOf);
    input.addEventListener("input", () => {
      for (const rule of list.querySelectorAll("[data-rule]")) {
        const [name, ...rest] = rule.dataset.rule.split(":");
        const kept = Boolean(checks[name]?.(input.value, ...rest));
        rule.classList.toggle("kept", kept);
        rule.classList.remove("missed");
        rule.querySelector(".sr").textContent = kept ? rule.dataset.kept : rule.dataset.missed;
      }
    });
  }

  // The language link keeps what was typed, passwords excepted: it waits in this tab until the same page opens
  // in the other language, and no longer. A browser that refuses storage just shows the empty form.
  const place = "typed:" + location.pathname;
  const inputs = () => [...document.querySelectorAll("main form :is(input, select, textarea)")]
    .filter((input) => input.name && input.name !== "captcha" && !["hidden", "password", "file"].includes(input.type));
  const isChoice = (input) => input.type === "checkbox" || input.type === "radio";
  const keep = () => {
    const typed = inputs().filter((input) => !isChoice(input) || input.checked).map((input) => [input.name, input.value]);
    if (typed.length > 0) sessionStorage.setItem(place, JSON.stringify(Object.fromEntries(typed)));
  };
  const restore = () => {
    const typed = JSON.parse(sessionStorage.getItem(place) ?? "{}");
    sessionStorage.removeItem(place);
    for (const input of inputs()) {
      if (!(input.name in typed)) continue;
      if (isChoice(input)) input.checked = typed[input.name] === input.value;
      else input.value = typed[input.name];
    }
  };
  try {
    restore();
    for (const link of document.querySelectorAll("a.lang")) link.addEventListener("click", keep);
  } catch { /* no storage */ }

  // Print the page: a button that does nothing without script is not shown without it.
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // A form is sent once: the second press of an impatient finger does nothing.
  for (const form of document.querySelectorAll("form")) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      if (sent) event.preventDefault();
      sent = true;
    });
    window.addEventListener("pageshow", () => { sent = false; });
  }

  // Tick down what the server printed: <span data-countdown="42">42</span>. Nobody wants to hear each second: what
  // stands around it is not spoken, and gives way at its end to the words of the live region behind it.
  for (const span of document.querySelectorAll("[data-countdown]")) {
    const end = Date.now() + Number(span.dataset.countdown) * 1000;
    const timer = setInterval(() => {
      const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      span.textContent = String(left);
      if (left > 0) return;
      clearInterval(timer);
      const counting = span.parentElement;
      const told = counting.nextElementSibling;
      counting.hidden = true;
      told.textContent = told.dataset.over;
    }, 1000);
  }
})();
