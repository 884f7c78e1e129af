// Where the counter is shown: its own window or, while it stays on top of others, a small one that the browser lends it.
// `answered` is when a question was answered last (`performance.now()`): the Enter that did it may bounce.
export const stage = { doc: document, answered: -Infinity };

/** The part of the page with this id, in whichever window it is. */
export const part = (id) => stage.doc.getElementById(id);
