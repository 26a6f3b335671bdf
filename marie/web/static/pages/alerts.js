/**
 * A tone and a browser notification when somebody calls. Both are off until asked for by a button; the choice stays
 * in this browser. Nothing personal is in a notification: it says that something came, and opens the page.
 */
import { LABELS } from './labels.js';

const KEY = 'marie-console-alerts';
const HEARD = 'marie-console-heard';
const TONE = [[660, 0], [880, 0.16]]; // Hz, seconds from the beginning
const LASTS = 0.28;

let audio = null;

const chosen = () => {
  try {
    return JSON.parse(localStorage[KEY] ?? '{}');
  } catch {
    return {};
  }
};
const choose = (change) => { localStorage[KEY] = JSON.stringify({ ...chosen(), ...change }); };
const may = () => 'Notification' in window && Notification.permission === 'granted';

/** Tell that something came: `words` are said, `tag` replaces an older notification of the same thing. */
export function alertOf(words, tag) {
  if (chosen().sound) ring();
  if (!chosen().notify || !may() || !document.hidden) return;
  try {
    const shown = new Notification('Marie', { body: words, tag, icon: '/static/pages/marie.svg' });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  } catch { /* phones show them through a service worker only */ }
}

/** Those calls that no page of this browser has told yet: several are open, one rings. */
export function unheard(calls) {
  let heard = [];
  try {
    heard = JSON.parse(localStorage[HEARD] ?? '[]');
  } catch { /* somebody else's */ }
  const fresh = calls.filter((call) => !heard.includes(call));
  if (fresh.length) localStorage[HEARD] = JSON.stringify([...heard, ...fresh].slice(-200));
  return fresh;
}

function ring() {
  audio ??= new AudioContext();
  audio.resume();
  for (const [hertz, after] of TONE) {
    const begins = audio.currentTime + after;
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    tone.frequency.value = hertz;
    loudness.gain.setValueAtTime(0.0001, begins);
    loudness.gain.exponentialRampToValueAtTime(0.16, begins + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, begins + LASTS);
    tone.connect(loudness).connect(audio.destination);
    tone.start(begins);
    tone.stop(begins + LASTS);
  }
}

/** The two switches of the list's page. */
export function drawAlerts() {
  const [box, notify, sound, state] = ['alerts', 'alert-notify', 'alert-sound', 'alert-state'].map((id) => document.getElementById(id));
  const draw = () => {
    notify.setAttribute('aria-pressed', Boolean(chosen().notify && may()));
    sound.setAttribute('aria-pressed', Boolean(chosen().sound));
  };
  notify.hidden = !('Notification' in window);
  notify.addEventListener('click', async () => {
    const on = !(chosen().notify && may());
    if (on && (await Notification.requestPermission()) !== 'granted') {
      state.textContent = LABELS.notifyRefused;
      return;
    }
    choose({ notify: on });
    state.textContent = on ? LABELS.notifyOn : LABELS.notifyOff;
    draw();
  });
  sound.addEventListener('click', () => {
    choose({ sound: !chosen().sound });
    if (chosen().sound) ring();
    state.textContent = chosen().sound ? LABELS.soundOn : LABELS.soundOff;
    draw();
  });
  draw();
  box.hidden = false;
}
