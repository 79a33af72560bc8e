// Counts down to the end of a session in the last minutes before it, and asks for more time when the reader says so.
// The page says in words until when it holds; without script that is all there is, and it is true.
"use strict";
(() => {
  const box = document.querySelector("[data-holds]");
  if (!box) return;
  const near = box.querySelector("[data-near]");
  const said = box.querySelector("[data-left]");
  const words = box.querySelector("[data-until]");
  const button = box.querySelector("[data-go-on]");
  const NEAR = 3 * 60;
  // Late enough that the server's own clock has passed the end too: asked before, it would count as a use.
  const LATE = -5;
  const anew = () => location.replace(location.href);
  let end = Date.now() + Number(box.dataset.holds) * 1000;
  let over = false;

  // Spoken once a minute: the text in the live region changes no oftener.
  const say = (text) => { if (said.textContent !== text) said.textContent = text; };
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left > NEAR) return;
    near.hidden = false;
    if (left > 60) say(said.dataset.minutes.replace("%s", String(Math.floor(left / 60))));
    else if (left > 0) say(said.dataset.minute);
    else {
      if (button) button.hidden = true;
      say(said.dataset.over);
      // At a public computer nothing stays on the screen: the page opened anew asks who is there.
      if (left <= LATE && "clears" in box.dataset && !over) {
        over = true;
        anew();
      }
    }
  };
  setInterval(tick, 1000);
  tick();

  button?.addEventListener("click", async () => {
    try {
      const body = new URLSearchParams({ csrf: box.dataset.csrf });
      const answer = await fetch(box.dataset.more, { method: "POST", body });
      if (!answer.ok) throw new Error(`no more time: ${answer.status}`);
      const { text, seconds } = await answer.json();
      end = Date.now() + seconds * 1000;
      words.textContent = text;
      say(said.dataset.renewed);
    } catch {
      end = Date.now();
      tick();
    }
  });

  // A page that the browser kept as it was may show what is over by now.
  window.addEventListener("pageshow", (event) => { if (event.persisted) anew(); });
})();
