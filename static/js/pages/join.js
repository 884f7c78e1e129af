// A device without a right: shows a code, waits until an administrator confirms it, then loads its own page.
import { data, t } from "hallsys/texts.js";

const PAUSES = [1, 2, 5, 10]; // s between attempts while the server is away; it never gives up
const $ = (id) => document.getElementById(id);
const api = `/api/v1/halls/${encodeURIComponent(data.hall)}/join`;

let expires = null; // performance.now() at which the shown code dies
let lostSince = null;
let failures = 0;

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Accept-Language": data.lang },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw Object.assign(new Error(`${answer.status}`), { status: answer.status });
  lostSince = null;
  failures = 0;
  return answer.json();
}

function say(words, lost = false) {
  if ($("words").textContent !== words) $("words").textContent = words;
  $("state").classList.toggle("lost", lost);
  $("lost").hidden = !lost;
  $("waiting").hidden = lost;
}

function tell() {
  if (lostSince) {
    const time = lostSince.toLocaleTimeString(data.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    say(t("join.lost", { time }), true);
  } else if (expires !== null) {
    say(t("join.waiting", { minutes: Math.max(1, Math.ceil((expires - performance.now()) / 60_000)) }));
  }
}

async function show() {
  const { code, secret, qr, expires: at, now } = await post(api, { page: data.page });
  // By the server's clock on both sides: the clock of a screen may be years off.
  expires = performance.now() + (at - now);
  $("code").textContent = code;
  $("qr").src = qr;
  $("qr").hidden = false;
  tell();
  return secret;
}

async function join() {
  let secret = null;
  for (;;) {
    try {
      if (secret === null) secret = await show();
      const { state } = await post(`${api}/wait`, { secret });
      if (state === "joined") {
        say(t("join.joined"));
        location.reload();
        return;
      }
      if (state === "expired") secret = null;
      tell();
    } catch (error) {
      if (error.status === 429) {
        say(t("join.busy"));
        await pause(60);
      } else {
        lostSince ??= new Date();
        tell();
        await pause(PAUSES[Math.min(failures++, PAUSES.length - 1)]);
      }
    }
  }
}

setInterval(tell, 10_000);
join();
