/** Who calls while one conversation alone is on the screen: beside the way back to the list, and by a tone. */
import { alertOf, unheard } from './alerts.js';
import { LABELS } from './labels.js';

const EVERY = 10000; // ms
const LOOKED = 'marie-console-looked';

/** `here`: the conversation on this page, which calls by itself; `shown`: where the number goes. */
export function watchCalls(here, shown) {
  let first = true;
  const look = async () => {
    // Ten conversations are open and nine are behind: one look a browser is enough to ring.
    if (document.hidden && Date.now() - Number(localStorage[LOOKED] ?? 0) < EVERY) return;
    localStorage[LOOKED] = Date.now();
    try {
      const answer = await fetch('/console/appels', { redirect: 'manual' });
      if (!answer.ok) return; // signed out: the conversation's own link says so
      draw((await answer.json()).calls.filter((call) => call.split(' ')[1] !== here));
    } catch { /* the link says so */ }
  };
  const draw = (calls) => {
    const fresh = unheard(calls);
    if (!first && fresh.length) alertOf(fresh.some((call) => call.startsWith('waiting')) ? LABELS.somebodyWaits : LABELS.somebodyWrote, 'queue');
    first = false;
    shown.hidden = !calls.length;
    shown.firstElementChild.textContent = calls.length;
    shown.lastElementChild.textContent = LABELS.calls(calls.length);
  };
  look();
  setInterval(look, EVERY);
  document.addEventListener('visibilitychange', look);
}
