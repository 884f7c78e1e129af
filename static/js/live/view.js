// The hall as everybody sees it: tables of rows, folded from changes that carry whole rows. No DOM, no clock.

/** The view after an event's changes; a row that is null is removed. The old view stays as it was. */
export function fold(view, changes) {
  const next = { ...view };
  for (const [table, rows] of Object.entries(changes)) {
    next[table] = { ...next[table] };
    for (const [key, row] of Object.entries(rows)) {
      if (row === null) delete next[table][key];
      else next[table][key] = row;
    }
  }
  return next;
}

/** `"7-42"` as `{epoch: 7, seq: 42}`; null for anything else. */
export function position(text) {
  const found = /^(\d+)-(\d+)$/.exec(text ?? "");
  return found && { epoch: Number(found[1]), seq: Number(found[2]) };
}

/** What a frame at `to` means to somebody who stands at `from`: "old" (had it), "next", or "gap" (something is missing). */
export function step(from, to) {
  const [a, b] = [position(from), position(to)];
  if (!a || !b || a.epoch !== b.epoch) return "gap";
  if (b.seq <= a.seq) return "old";
  return b.seq === a.seq + 1 ? "next" : "gap";
}
