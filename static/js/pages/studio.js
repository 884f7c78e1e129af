// The hall's own voice: the shelf of voices, and the booth in which one is recorded (its id stands behind the # of the address).
import { Booth } from "hallsys/studio/booth.js";
import { Outbox } from "hallsys/studio/outbox.js";
import { Away, Refusal, bring, choose, make, show } from "hallsys/studio/server.js";
import { drawShelf } from "hallsys/studio/shelf.js";
import { data, t } from "hallsys/texts.js";

const $ = (id) => document.getElementById(id);
const AGAIN = 4000; // ms

let known = null; // {prompts, packs, chosen}

const outbox = new Outbox(data.hall, {
  sent: (entry, report) => booth.settle(entry, report),
  refused: (entry, words) => booth.settle(entry, null, words),
  changed: () => booth.pack && booth.draw(),
});
const booth = new Booth(outbox, async (pack) => {
  await act(() => choose(pack.id), t("studio.used", { name: pack.name }));
});

function say(words) {
  $("said").textContent = words;
  $("said").hidden = !words;
  $("problem").hidden = true;
}

function complain(error) {
  if (!(error instanceof Refusal) && !(error instanceof Away)) throw error;
  $("problem").lastElementChild.textContent = error instanceof Refusal ? error.message : t("studio.lost");
  $("problem").hidden = false;
  $("said").hidden = true;
}

/** Does something with the server, says what came of it, and shows how things are now. */
async function act(work, words) {
  try {
    await work();
    say(words);
  } catch (error) {
    complain(error);
  }
  await refresh();
}

async function refresh() {
  try {
    known = await show();
    open();
  } catch (error) {
    if (!(error instanceof Away)) throw error;
    if (known === null) $("loading").textContent = t("studio.lost");
    setTimeout(refresh, AGAIN);
  }
}

/** The booth of the pack in the address, or the shelf. */
function open() {
  if (known === null) return;
  const pack = known.packs.find(({ id }) => id === location.hash.slice(1));
  $("loading").hidden = true;
  $("shelf").hidden = Boolean(pack);
  $("booth").hidden = !pack;
  if (!pack) {
    if (booth.pack) booth.close();
    drawShelf(known, act);
    return;
  }
  const entering = booth.pack?.id !== pack.id;
  booth.open(pack, known.prompts, known.chosen);
  if (entering) $("mic").focus({ preventScroll: true });
}

$("new").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const { id } = await make(event.target.elements.name.value);
    event.target.reset();
    say("");
    await refresh();
    location.hash = id;
  } catch (error) {
    complain(error);
  }
});

$("import").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const { name, takes } = await bring(event.target.elements.file.files[0]);
    event.target.reset();
    say(t("studio.imported", { name, n: takes }));
  } catch (error) {
    complain(error);
  }
  await refresh();
});

addEventListener("hashchange", () => (location.hash.length > 1 ? open() : refresh()));
outbox.open();
refresh();
