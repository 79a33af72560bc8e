// Goes on once every site in the page's frames has answered, or after a while: one that hangs must not keep a person.
"use strict";
(() => {
  const onward = document.querySelector("a[data-goes-on-within]");
  if (!onward) return;
  // The page leaves no entry behind, so that Back does not lead to where it sends people away.
  const go = () => location.replace(onward.href);
  setTimeout(go, Number(onward.dataset.goesOnWithin) * 1000);
  if (document.readyState === "complete") go();
  else addEventListener("load", go, { once: true });
})();
