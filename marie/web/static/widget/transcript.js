/**
 * What the visitor sees, decided without DOM. Entries: the server's frames ({message}, {sent}, {state}, {typing}),
 * a poll's body ({messages, state}), and what this page knows: {pending}, {refused}, {link}.
 * The same entries twice, or in another order, end in the same messages.
 */
export const EMPTY = {
  messages: [], // by seq; a refused one stands between its neighbours (n + 0.5)
  pending: [], // typed, not yet taken in: {client_id, text, payload?, at}
  state: 'marie', // marie | waiting | counsellor | closed
  typing: null, // {author, name}
  link: 'live', // live | offline | unreachable | slow
};

export function reduce(transcript, entry) {
  const { messages = [], message, sent, refused, pending } = entry;
  let next = messages.reduce(insert, transcript);
  if (message) next = insert(next, message);
  if (sent) next = settle(next, sent);
  if (refused) next = settle(next, { seq: Math.floor(next.messages.at(-1)?.seq ?? 0) + 0.5, ...refused });
  if (pending) next = { ...next, pending: pending.filter((queued) => !next.messages.some((known) => known.client_id === queued.client_id)) };
  for (const field of ['state', 'typing', 'link']) if (field in entry) next = { ...next, [field]: entry[field] };
  return next;
}

function insert(transcript, message) {
  const { messages, pending, typing } = transcript;
  let at = messages.length;
  while (at && messages[at - 1].seq > message.seq) at -= 1;
  const known = messages[at - 1];
  const again = known?.seq === message.seq && !message.refused;
  if (again && (!known.guessed || known.text === message.text)) return transcript;
  return {
    ...transcript,
    messages: [...messages.slice(0, again ? at - 1 : at), message, ...messages.slice(at)],
    pending: pending.filter((queued) => queued.client_id !== message.client_id),
    typing: typing?.author === message.author ? null : typing,
  };
}

/** A pending message has its place. Until the log repeats it, its text is what was typed here. */
function settle(transcript, place) {
  const queued = transcript.pending.find((item) => item.client_id === place.client_id);
  return queued ? insert(transcript, { ...queued, ...place, author: 'visitor', guessed: true }) : transcript;
}

/** The n of "what follows n": the last seq before a hole. */
export const lastSeq = ({ messages }) => messages.reduce((last, { seq }) => (seq === last + 1 ? seq : last), 0);

/** The buttons of Marie's last words; none once somebody else has spoken. */
export function quickReplies({ messages, pending }) {
  const last = messages.findLast(({ author, quick_replies: replies }) => author !== 'system' && (author !== 'marie' || replies?.length));
  return pending.length ? [] : last?.quick_replies ?? [];
}

/** Who is about to speak, or null. A question without an answer is Marie's, unless a person took over. */
export function writing({ messages, state, typing, link }) {
  const last = messages.at(-1);
  const asked = last?.author === 'visitor' && !last.refused && state !== 'counsellor';
  return link === 'live' ? typing ?? (asked ? { author: 'marie', name: 'Marie' } : null) : null;
}

/** The counsellor's name, as far as it is known here. */
export const counsellor = ({ messages, typing }) => [...messages, typing].findLast((item) => item?.author === 'counsellor')?.name;
