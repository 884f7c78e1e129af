// Where the counter is shown: its own window or, while it stays on top of others, a small one that the browser lends it.
export const stage = { doc: document };

/** The part of the page with this id, in whichever window it is. */
export const part = (id) => stage.doc.getElementById(id);
