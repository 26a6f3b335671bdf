/** A conversation on a counsellor's screen: what comes is drawn by the server, what is written waits until it is in the log. */
import { LABELS } from './labels.js';
import { Link } from './link.js';
import { morph, parse } from './morph.js';
import { Outbox } from './outbox.js';

const PATIENCE = 10000; // ms without "sent": the link is dead
const TYPING_EVERY = 3000;
const TYPING_FOR = 6000; // there is no "stopped typing"

const at = (id) => document.getElementById(id);
const { id, staff, read } = at('conversation').dataset;
const [log, pending, form, text, banner, writing] = ['log', 'outbox', 'composer', 'text', 'link', 'writing'].map(at);
const talk = document.querySelector('.talk');
const page = `/console/conversations/${id}`;
const draftKey = `marie-draft:${staff}:${id}`;
const title = document.title;
const outbox = new Outbox(staff, id);

let inFlight = null; // client_id of the message under way
let receipt = 0; // timer
let typingTold = 0;
let typingShown = 0; // timer
let unread = 0;
let down = false;
let seen = Number(read);

const mine = () => !form.hidden;
const lastSeq = () => Number(log.lastElementChild?.dataset.seq ?? 0);
const drawn = (clientId) => log.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`);

/** Send what waits, one at a time: order never depends on luck. */
function flush() {
  const [next] = outbox.all();
  if (!next || inFlight || !link.up) return;
  inFlight = next.client_id;
  link.send({ send: { client_id: next.client_id, text: next.text } });
  receipt = setTimeout(() => link.drop(), PATIENCE);
}

/** The log has it, or will not take it. */
function settle(clientId) {
  outbox.remove(clientId);
  if (inFlight !== clientId) return;
  inFlight = null;
  clearTimeout(receipt);
}

function receive({ message, html, sent, error, state, mine: isMine, controls, file, typing, read: marks }) {
  if (message) add(message, html);
  if (sent) {
    settle(sent.client_id);
    if (drawn(sent.client_id)) waiting(sent.client_id)?.remove();
    else status(waiting(sent.client_id), '');
  }
  if (error?.client_id) refuse(error);
  if (state) stand(isMine, controls, file);
  if (typing) showTyping(typing.author);
  if (marks) {
    seen = marks.visitor;
    showSeen();
  }
  flush();
}

function add(message, html) {
  if (at(`m${message.seq}`)) return;
  const node = parse(html).firstElementChild;
  const after = [...log.children].find((item) => Number(item.dataset.seq) > message.seq);
  log.insertBefore(node, after ?? null);
  if (message.client_id) {
    waiting(message.client_id)?.remove();
    settle(message.client_id);
  }
  if (!writing.hidden && message.author !== 'counsellor') writing.hidden = true;
  if (document.hidden && message.author === 'visitor') {
    unread += 1;
    document.title = `(${unread}) ${title}`;
  }
  acknowledge();
  showSeen();
}

function acknowledge() {
  if (!document.hidden && mine()) link.send({ ack: lastSeq() });
}

function showSeen() {
  const last = [...log.querySelectorAll('.counsellor')].findLast((item) => Number(item.dataset.seq) <= seen);
  for (const item of log.querySelectorAll('.counsellor')) status(item, item === last ? LABELS.seen : '');
}

/** Who has the conversation changed: the buttons, the file, and whether there is a field to write in. */
function stand(isMine, controls, file) {
  const wanted = parse(controls);
  const known = at('controls').querySelector('[data-standing]').dataset.standing;
  if (wanted.querySelector('[data-standing]').dataset.standing === known) return;
  at('controls').replaceChildren(wanted);
  morph(at('dossier'), parse(file));
  form.hidden = !isMine;
}

function showTyping(author) {
  writing.lastElementChild.textContent = LABELS.writing[author];
  writing.hidden = false;
  clearTimeout(typingShown);
  typingShown = setTimeout(() => { writing.hidden = true; }, TYPING_FOR);
}

const waiting = (clientId) => pending.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`);

function status(item, words) {
  const line = item?.querySelector('.status');
  if (line && line.textContent !== words) line.textContent = words;
}

function showWaiting({ client_id: clientId, text: words }) {
  const item = document.createElement('li');
  item.className = 'message counsellor pending';
  item.dataset.clientId = clientId;
  const said = document.createElement('div');
  said.className = 'text';
  said.dir = 'auto';
  said.textContent = words;
  const line = document.createElement('p');
  line.className = 'status';
  line.textContent = LABELS.sending;
  item.append(said, line);
  pending.append(item);
}

/** The server will not take it: it stays in sight, and comes back into the field if that is free. */
function refuse({ client_id: clientId, type, detail }) {
  settle(clientId);
  const item = waiting(clientId);
  if (!item) return;
  item.classList.add('refused');
  status(item, LABELS.refused + (type === '/problems/not_owner' ? LABELS.notOwner : detail));
  if (mine() && !text.value) text.value = item.querySelector('.text').textContent;
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
  over: () => location.assign(page),
});

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (!words) return;
  text.value = '';
  sessionStorage.removeItem(draftKey);
  showWaiting(outbox.add(words));
  talk.scrollTop = 0; // the end: the log grows upwards
  text.focus();
  flush();
});

const touch = matchMedia('(hover: none) and (pointer: coarse)');
text.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') talk.focus();
  // On a phone Enter makes a line; nor is an accent being composed a message.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || (touch.matches && !event.ctrlKey && !event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit();
});

text.addEventListener('input', () => {
  sessionStorage.setItem(draftKey, text.value);
  if (Date.now() - typingTold < TYPING_EVERY) return;
  typingTold = Date.now();
  link.send({ typing: true });
});

document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  unread = 0;
  document.title = title;
  acknowledge();
});

// The answer to a form stands under the form's own address.
if (location.pathname !== page) history.replaceState(null, '', page);
at('keys').hidden = touch.matches;
if (!text.value) text.value = sessionStorage.getItem(draftKey) ?? '';
for (const message of outbox.all()) {
  if (drawn(message.client_id)) outbox.remove(message.client_id);
  else showWaiting(message);
}
showSeen();
