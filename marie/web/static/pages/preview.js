/**
 * What Marie would say, drawn by the widget's own code: every [data-message] on the page, and again
 * when a form's answer brings another one. Without this script the text stands there as it came.
 */
import { Log, button, el } from '/widget/view.js';

const styles = Promise.all(['/widget/marie.css', '/static/pages/preview.css']
  .map((address) => fetch(address).then((answer) => answer.text())));

// What the widget's parts ask of a chat: here nothing is sent or kept.
const NOBODY = { parts: { more: { fill() {} } }, connection: {}, memory: { read() {}, write() {} } };

async function draw(node) {
  const message = JSON.parse(node.dataset.message);
  const log = el('div', { class: 'log' });
  const replies = el('div', { class: 'replies' }, ...message.quick_replies.map(({ title }) => button('', null, title)));
  const host = el('div', {});
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = (await styles).map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  root.append(el('aside', { lang: 'fr-CA', 'aria-label': node.dataset.label }, log, replies));
  // Nobody reports an error in a text that is being written, or votes for it.
  const grown = () => root.querySelectorAll('.wrong, .opinion').forEach((each) => each.remove());
  new Log(log, NOBODY, '', grown).draw({ messages: [message], pending: [], link: 'live' });
  for (const each of replies.children) each.disabled = true;
  node.replaceChildren(host);
}

const all = () => document.querySelectorAll('[data-message]:not([data-drawn])').forEach((node) => {
  node.dataset.drawn = '';
  draw(node);
});

all();
document.addEventListener('htmx:afterSettle', all);
