/** Every French word of the widget. No-break spaces are written \u00a0. */
const day = (iso) => new Date(iso).toLocaleDateString('fr-CA', { dateStyle: 'long', timeZone: 'UTC' }).replace(/^1 /, '1er ');
const number = (value) => value.toLocaleString('fr-CA', { maximumFractionDigits: 1 });

export const LABELS = {
  launcher: 'Marie est là pour vous aider',
  unread: (n) => `${n}\u00a0message${n > 1 ? 's' : ''} à lire`,
  panel: 'Conversation avec Marie',
  role: 'Assistante automatisée',
  counsellorRole: 'Personne conseillère',
  you: 'Vous',
  quit: 'Quitter vite',
  quitHint: 'Ferme cette page et oublie la conversation sur cet appareil',
  menu: 'Autres choix',
  close: 'Réduire',
  handoff: 'Parler à une personne',
  handoffText: 'Je veux parler à une personne',
  export: 'Exporter mes données',
  erase: 'Effacer ma conversation',

  hello: 'Bonjour, je suis Marie.',
  offer: 'Logement, garderie, école, emploi, bail\u00a0: je réponds à vos questions sur la vie en région au Québec.',
  consent: 'Je suis une assistante automatisée. Si vous acceptez, vos messages sont conservés pour vous répondre et, à votre demande, remis à une personne conseillère; vous pouvez tout effacer à tout moment. ',
  privacy: 'Confidentialité',
  accept: 'J’accepte et je commence',
  refuse: 'Non merci',

  log: 'Messages',
  replies: 'Réponses proposées',
  compose: 'Écrivez votre question',
  send: 'Envoyer',
  count: (length, limit) => `${number(length)}\u00a0/\u00a0${number(limit)} caractères`,
  pending: 'En attente',
  refused: 'Non envoyé\u00a0: ',
  writing: ' écrit…',

  eraseTitle: 'Effacer toute la conversation?',
  eraseText: 'Vos messages et les renseignements que vous avez donnés disparaîtront de nos serveurs, pour toujours.',
  eraseYes: 'Effacer',
  eraseNo: 'Garder',

  states: {
    waiting: 'Votre demande est transmise. Une personne vous répondra ici; en attendant, Marie reste avec vous.',
    counsellor: 'Une personne conseillère vous répond.',
    closed: 'Conversation terminée. Écrivez pour la reprendre.',
  },
  links: {
    offline: 'Hors ligne. Vos messages partiront au retour du réseau.',
    unreachable: 'Marie ne répond pas pour l’instant. Vos messages partiront à son retour.',
    slow: 'Beaucoup de messages à la fois\u00a0: les vôtres partiront dans un instant.',
  },
  gone: 'La conversation précédente n’est plus disponible. Vous pouvez en commencer une nouvelle.',
  erased: 'Votre conversation est effacée.',
  failed: 'Marie ne répond pas pour l’instant. Réessayez dans un moment.',

  site: 'Site web',
  map: 'Carte',
  sources: 'Sources\u00a0: ',
  distance: (km) => `à ${number(km)}\u00a0km à vol d’oiseau`,
  /** How sure a fact is: the day a person compared it, or the day it was read. */
  checked: ({ read_on: read, verified_on: verified }) => (
    verified ? `vérifié le ${day(verified)}` : `${read ? `lu le ${day(read)}, ` : ''}à confirmer`),
  time(at) {
    const today = new Date().toDateString() === new Date(at).toDateString();
    return new Date(at).toLocaleString('fr-CA', { hour: 'numeric', minute: '2-digit', ...!today && { day: 'numeric', month: 'long' } });
  },
};
