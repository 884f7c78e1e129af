// What a screen does when the server says not to come back: look for a newer page, or for a right it may have by now.
// The page is loaded anew only once the server answers, so that a screen never ends up on the browser's own error page.

const PAUSE = 4_000; // ms: a screen without a right, or of an old version, need not hurry

export function comeBack(link) {
  link.on("ended", () => setTimeout(knock, PAUSE * (0.5 + Math.random())));
}

async function knock() {
  const answered = await fetch(location.href, { method: "HEAD" }).then(() => true, () => false);
  if (answered) location.reload();
  else setTimeout(knock, PAUSE);
}
