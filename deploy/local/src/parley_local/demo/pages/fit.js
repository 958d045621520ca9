// A mail is shown as tall as it is: one page to scroll, and no second one inside it.
const frame = document.querySelector("iframe");

function fit() {
  const mail = frame.contentDocument.documentElement;
  const edges = frame.offsetHeight - frame.clientHeight;
  frame.style.height = `${Math.ceil(mail.getBoundingClientRect().height) + edges}px`;
}

frame.addEventListener("load", fit);
addEventListener("resize", fit);
fit();
