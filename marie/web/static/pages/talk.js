/** A conversation on a counsellor's screen: what comes is drawn by the server, what is written waits until it is in the log. */
import { alertOf } from './alerts.js';
import { watchCalls } from './calls.js';
import { composer } from './composer.js';
import { LABELS } from './labels.js';
import { Link } from './link.js';
import { morph, parse } from './morph.js';
import { Outbox } from './outbox.js';
import { shortcuts } from './shortcuts.js';

const PATIENCE = 10000; // ms without "sent": the link is dead
const TYPING_FOR = 6000; // there is no "stopped typing"

const at = (id) => document.getElementById(id);
const { id, staff, read } = at('conversation').dataset;
const [log, pending, banner, writing] = ['log', 'outbox', 'link', 'writing'].map(at);
const talk = document.querySelector('.talk');
const page = `/console/conversations/${id}`;
const title = document.title;
const outbox = new Outbox(staff, id);
const openedAt = Date.now();

let inFlight = null; // client_id of the message under way
let receipt = 0; // timer
let typingShown = 0; // timer
let unread = 0;
let down = false;
let leaving = false; // a form is on its way: its answer comes, and not this page again
let seen = Number(read);
const held = new Set(); // overtaken by a colleague: they wait for a second word

const spoken = () => log.querySelectorAll('[data-seq]');
const lastSeq = () => Number([...spoken()].at(-1)?.dataset.seq ?? 0);
const drawn = (clientId) => log.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`);
const waiting = (clientId) => pending.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`);

/** Send what waits, one at a time: order never depends on luck. */
function flush() {
  const next = outbox.all().find((message) => !held.has(message.client_id));
  if (!next || inFlight || !link.up) return;
  inFlight = next.client_id;
  const { at: _at, titles: _titles, ...said } = next;
  link.send({ send: said });
  receipt = setTimeout(() => link.drop(), PATIENCE);
}

/** The log has it, or will not take it. */
function settle(clientId) {
  outbox.remove(clientId);
  land(clientId);
}

function land(clientId) {
  if (inFlight !== clientId) return;
  inFlight = null;
  clearTimeout(receipt);
}

function receive({ message, html, notes, sent, error, state, writes, controls, file, typing, read: marks }) {
  if (message) add(message, html);
  if (notes) drawNotes(notes);
  if (sent) {
    const note = sent.seq === 0;
    settle(sent.client_id);
    if (note || drawn(sent.client_id)) waiting(sent.client_id)?.remove();
    else status(waiting(sent.client_id), '');
  }
  if (error?.client_id) refuse(error);
  if (state) stand(writes, controls, file);
  if (typing) showTyping(typing);
  if (marks) {
    seen = marks.visitor;
    showSeen();
  }
  flush();
}

function add(message, html) {
  if (at(`m${message.seq}`)) return;
  const node = parse(html).firstElementChild;
  const after = [...spoken()].find((item) => Number(item.dataset.seq) > message.seq);
  log.insertBefore(node, after ?? null);
  if (message.client_id) {
    waiting(message.client_id)?.remove();
    settle(message.client_id);
  }
  if (!writing.hidden) writing.hidden = true;
  if (message.author === 'visitor' && new Date(message.at).getTime() > openedAt - 5000) {
    if (document.hidden) {
      unread += 1;
      document.title = `(${unread}) ${title}`;
    }
    if (field.writes()) alertOf(LABELS.somebodyWrote, id);
  }
  acknowledge();
  showSeen();
}

/** Notes stand between the messages; the server sends all of them whenever one came or went. */
function drawNotes(notes) {
  const wanted = new Map(notes.map((html) => parse(html).firstElementChild).map((node) => [node.id, node]));
  for (const node of log.querySelectorAll('.note')) if (!wanted.has(node.id)) node.remove();
  for (const [key, node] of wanted) {
    if (at(key)) continue;
    const after = Number(node.dataset.after);
    log.insertBefore(node, [...spoken()].find((item) => Number(item.dataset.seq) > after) ?? null);
  }
}

function acknowledge() {
  if (!document.hidden && field.writes()) link.send({ ack: lastSeq() });
}

function showSeen() {
  const mine = [...log.querySelectorAll('.message.counsellor')];
  const last = mine.findLast((item) => Number(item.dataset.seq) <= seen);
  for (const item of mine) status(item, item === last ? LABELS.seen : '');
}

/** What stands beside the log changed: who has the conversation, the file, whether there is a field to write in. */
function stand(writes, controls, file) {
  morph(at('controls'), parse(controls));
  morph(at('dossier'), parse(file));
  field.allow(writes);
}

function showTyping({ author, name }) {
  writing.lastElementChild.textContent = LABELS.writing[author] ?? LABELS.colleagueWrites(name);
  writing.hidden = false;
  clearTimeout(typingShown);
  typingShown = setTimeout(() => { writing.hidden = true; }, TYPING_FOR);
}

function status(item, words) {
  const line = item?.querySelector('.status');
  if (line && line.textContent !== words) line.textContent = words;
}

function showWaiting({ client_id: clientId, text: words, note, titles = [] }) {
  const item = document.createElement('li');
  item.className = `message ${note ? 'note' : 'counsellor'} pending`;
  item.dataset.clientId = clientId;
  const said = document.createElement('div');
  said.className = 'text';
  said.dir = 'auto';
  said.textContent = [words, ...titles].filter(Boolean).join('\n');
  const line = document.createElement('p');
  line.className = 'status';
  line.textContent = note ? LABELS.waitingNote : LABELS.sending;
  item.append(said, line);
  pending.append(item);
}

/** The server will not take it: it stays in sight, and comes back into the field if that is free. */
function refuse({ client_id: clientId, type, detail, by }) {
  const item = waiting(clientId);
  const message = outbox.all().find((each) => each.client_id === clientId);
  if (type === '/problems/overtaken' && item && message) return hold(item, message, by);
  settle(clientId);
  if (!item) return undefined;
  item.classList.add('refused');
  status(item, LABELS.refused + (type === '/problems/not_owner' ? LABELS.notOwner : detail));
  if (message) field.restore(message);
  return undefined;
}

/** A colleague wrote meanwhile: her words are shown first, mine wait for one more click. */
function hold(item, message, by) {
  held.add(message.client_id);
  land(message.client_id);
  item.classList.add('refused');
  status(item, LABELS.overtaken(by));
  const buttons = document.createElement('p');
  buttons.className = 'actions';
  for (const [words, then] of [
    [LABELS.sendAnyway, () => queue({ ...message, seen: lastSeq() })],
    [LABELS.rewrite, () => field.restore(message)],
  ]) {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'small', textContent: words });
    button.addEventListener('click', () => {
      held.delete(message.client_id);
      outbox.remove(message.client_id);
      item.remove();
      then();
    });
    buttons.append(button);
  }
  item.append(buttons);
  talk.scrollTop = 0;
}

function queue({ text, note, attach, titles, seen: last }) {
  showWaiting(outbox.add(text, { note, attach, titles, seen: last }));
  flush();
}

const link = new Link({
  address: () => `${page}/socket?after=${lastSeq()}`,
  receive,
  changed(up) {
    if (!up) {
      inFlight = null;
      clearTimeout(receipt);
    }
    banner.hidden = up && !down;
    banner.textContent = up ? LABELS.back : LABELS.lost;
    if (up && down) setTimeout(() => { banner.hidden = !down; }, 4000);
    down = !up;
    if (up) {
      acknowledge();
      flush();
    }
  },
  over: () => leaving || location.assign(page),
});

const field = composer({
  page,
  key: `${staff}:${id}`,
  leave: () => talk.focus(),
  typing: () => link.send({ typing: true }),
  say(written) {
    queue({ ...written, seen: lastSeq() });
    talk.scrollTop = 0; // the end: the log grows upwards
  },
});

addEventListener('submit', (event) => { leaving ||= !event.defaultPrevented; });
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  unread = 0;
  document.title = title;
  acknowledge();
});

shortcuts({
  p: () => at('claim')?.click(),
  r: () => field.write(false),
  n: () => field.write(true),
  t: () => field.pick('reponses'),
  i: () => field.pick('inserer'),
  l: () => { location.hash = 'dossier'; at('label').focus(); },
  d: () => { location.hash = 'dossier'; at('dossier').focus(); },
});
addEventListener('keydown', ({ key, target }) => {
  if (key === 'Escape' && location.hash === '#dossier' && !target.closest('dialog, details[open]')) location.hash = 'conversation';
});

watchCalls(id, at('calls'));

// The answer to a form stands under the form's own address.
if (location.pathname !== page || location.search) history.replaceState(null, '', page + location.hash);
for (const message of outbox.all()) {
  if (drawn(message.client_id)) outbox.remove(message.client_id);
  else showWaiting(message);
}
showSeen();
