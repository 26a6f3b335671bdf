/**
 * What the visitor sees, without DOM. Entries: the server's frames, a poll's body, and {pending}, {link} of this page.
 * The same ones twice, or in another order, end in the same messages.
 */
export const EMPTY = {
  messages: [], // by seq
  pending: [], // not yet in the log: {client_id, text, payload?, at, sent?}
  state: 'marie', // marie | waiting | counsellor | closed
  typing: null, // {author, name}
  link: 'live', // live | offline | unreachable | slow
};

export function reduce(transcript, entry) {
  const { messages = [], message, sent, pending } = entry;
  let next = messages.reduce(insert, transcript);
  if (message) next = insert(next, message);
  // One that the server has stays in sight until the log repeats it.
  if (sent) next = { ...next, pending: next.pending.map((queued) => ({ ...queued, sent: queued.sent || queued.client_id === sent.client_id })) };
  if (pending) next = { ...next, pending: [...next.pending.filter((queued) => queued.sent), ...pending].filter((queued) => !next.messages.some((known) => known.client_id === queued.client_id)) };
  for (const field of ['state', 'typing', 'link']) if (field in entry) next = { ...next, [field]: entry[field] };
  return next;
}

function insert(transcript, message) {
  const { messages, pending, typing } = transcript;
  let at = messages.length;
  while (at && messages[at - 1].seq > message.seq) at -= 1;
  if (messages[at - 1]?.seq === message.seq) return transcript;
  return {
    ...transcript,
    messages: [...messages.slice(0, at), message, ...messages.slice(at)],
    pending: pending.filter((queued) => queued.client_id !== message.client_id),
    typing: typing?.author === message.author ? null : typing,
  };
}

/** The last seq before a hole. */
export const lastSeq = ({ messages }) => messages.reduce((last, { seq }) => (seq === last + 1 ? seq : last), 0);

/** What may be pressed: nothing of Marie's from before a person came or went. */
export function quickReplies({ messages, pending }) {
  const last = (past, next) => (next.quick_replies?.length || (next.author === 'system' ? past?.author === 'marie' : next.author !== 'marie') ? next : past);
  return (!pending.length && messages.reduce(last, null)?.quick_replies) || [];
}

/** Who answers, once heard since the last hand-over. */
export const answerer = ({ messages, state }) => messages.findLast(({ author }) => [state, 'system'].includes(author))?.name;

/** Who is about to speak. An open question is Marie's, unless a person took over. */
export function writing({ messages, state, typing, link }) {
  const last = messages.at(-1);
  const asked = last?.author === 'visitor' && state !== 'counsellor';
  return link === 'live' ? typing ?? (asked && { name: 'Marie' }) : null;
}
