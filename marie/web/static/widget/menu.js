/** What the menu offers: a person, simple French, and the visitor's rights over her data. */
import { call } from './connection.js';
import { LABELS as GENERAL } from './labels.js';
import { askErase, exportData } from './rights.js';
import { button, el } from './view.js';

const LABELS = {
  handoff: 'Parler à une personne',
  handoffText: 'Je veux parler à une personne',
  simple: 'Français simple',
  simpleOn: 'Marie utilise maintenant des mots simples.',
  simpleOff: 'Marie ne simplifie plus ses réponses.',
  exportData: 'Exporter mes données',
  askErase: 'Effacer ma conversation',
};

/** Each is true if it worked. */
const ACTIONS = {
  async handoff(chat) {
    chat.send({ text: LABELS.handoffText });
    return true;
  },
  async simple(chat) {
    const wanted = !chat.memory.read('simple');
    const { url, token } = chat.connection;
    const { status } = await call(`${url}/preferences`, token, 'PUT', { simple: wanted });
    if (status !== 204) return false;
    chat.memory.write('simple', wanted);
    chat.say(wanted ? LABELS.simpleOn : LABELS.simpleOff);
    return true;
  },
  exportData,
  askErase,
};

/** `shut`: closes the menu and gives the focus back. */
export const items = (chat, shut) => Object.entries(ACTIONS).map(([name, act]) => {
  const press = () => name === 'simple' && item.setAttribute('aria-pressed', Boolean(chat.memory.read(name)));
  const item = button(name, async () => {
    shut();
    if (!await act(chat)) chat.say(GENERAL.failed);
    press();
  }, LABELS[name]);
  press();
  const line = el('li', {}, item);
  // A person who answers already is asked for by nobody.
  const show = () => { line.hidden = name === 'handoff' && chat.parts.role.textContent === GENERAL.human; };
  chat.parts.more.addEventListener('toggle', show);
  show();
  return line;
});
