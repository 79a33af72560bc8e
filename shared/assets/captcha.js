// What script adds to the box of a captcha: the browser works by itself, and the buttons of the box lose nothing that was
// typed. Without script the same box has a picture, and its buttons send the form.
"use strict";
(() => {
  // More workers than that heat a phone and gain it little.
  const MOST_WORKERS = 4;
  // When a machine is told to be a slow one.
  const SLOW = 4000;
  // A challenge is good for ten minutes: one that has lain for nine is changed for a fresh one before it is sent.
  const OLD = 9 * 60 * 1000;

  const solve = (box) => new Promise((done, fail) => {
    const challenge = JSON.parse(box.dataset.work);
    const count = Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 1);
    const workers = Array.from({ length: count }, () => new Worker(box.dataset.worker));
    const end = (how, what) => {
      for (const worker of workers) worker.terminate();
      how(what);
    };
    workers.forEach((worker, counterStart) => {
      worker.addEventListener("message", ({ data }) => (data?.derivedKey ? end(done, data) : end(fail, data?.error)));
      worker.addEventListener("error", (event) => end(fail, event.message));
      worker.postMessage({ type: "work", challenge, counterStart, counterStep: count, timeout: 0 });
    });
  });

  // The box of a form that works: from the first focus in the form on, or when the form is sent before.
  const work = (box, atOnce) => {
    const form = box.closest("form");
    const state = box.querySelector("[data-state]");
    const solution = box.querySelector("[name=pow_solution]");
    const born = Date.now();
    let waiting = null;
    let begun = false;
    const say = (words) => { if (state.textContent !== words) state.textContent = words; };
    const begin = async () => {
      if (begun || !box.isConnected) return;
      begun = true;
      say(box.dataset.running);
      const slow = setTimeout(() => say(box.dataset.slow), SLOW);
      try {
        const found = await solve(box);
        if (!box.isConnected) return;
        solution.value = JSON.stringify({ counter: found.counter, derivedKey: found.derivedKey });
        box.dataset.state = "done";
        say(box.dataset.done);
        if (waiting) form.requestSubmit(waiting.button);
      } catch {
        box.dataset.state = "failed";
        say(box.dataset.failed);
      } finally {
        clearTimeout(slow);
      }
    };
    form.addEventListener("focusin", (event) => {
      // Not with a button: its words would move it away from under the finger that presses it.
      if (!event.target.closest("button")) begin();
    });
    form.addEventListener("submit", (event) => {
      if (!box.isConnected || box.dataset.state === "failed" || event.submitter?.formNoValidate) return;
      const old = Date.now() - born > OLD;
      if (solution.value && !old) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting = { button: event.submitter };
      if (old) return renew(form, box, waiting.button);
      begin();
      say(box.dataset.waiting);
    }, true);
    if (atOnce) begin();
    return (button) => {
      waiting = { button };
      say(box.dataset.waiting);
    };
  };

  // The form goes to the server without its passwords, and the box alone is taken from the page that comes back: what was
  // typed stays. The address of that page becomes the one to reload.
  const change = async (form, field, action) => {
    const sent = new URLSearchParams(new FormData(form));
    sent.set("captcha_action", action);
    for (const input of form.querySelectorAll("[type=password]")) sent.delete(input.name);
    const answer = await fetch(form.action, { method: "POST", body: sent });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".captcha-field");
    if (!answer.ok || !fresh) throw new Error(`no box came back: ${answer.status}`);
    // What was read without script is parsed as if there were none.
    for (const part of fresh.querySelectorAll("noscript")) part.remove();
    field.replaceWith(document.adoptNode(fresh));
    history.replaceState(history.state, "", answer.url);
    const box = fresh.querySelector("[data-work]");
    return { fresh, send: box ? work(box, true) : null };
  };

  // A fresh challenge for one that would be refused, worked out and sent as the old one was to be.
  const renew = (form, box, button) =>
    change(form, box.closest(".captcha-field"), "work").then(({ send }) => send?.(button)).catch(() => form.submit());

  const press = async (button) => {
    const field = button.closest(".captcha-field");
    const typed = field.querySelector("[name=captcha]")?.value;
    const { fresh } = await change(button.form, field, button.value);
    const input = fresh.querySelector("[name=captcha]");
    // Larger or smaller, it is the same picture.
    if (input && typed && ["enlarge", "shrink"].includes(button.value)) input.value = typed;
    (fresh.querySelector(`button[value=${button.value}]`) ?? input ?? fresh.querySelector("button")).focus();
  };
  let pressed = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=captcha_action]");
    if (!button) return;
    event.preventDefault();
    if (pressed) return;
    pressed = true;
    // Where that fails, the form goes the way it does without script.
    press(button).catch(() => button.form.requestSubmit(button)).finally(() => { pressed = false; });
  });

  for (const box of document.querySelectorAll("[data-work]")) work(box, false);
})();
