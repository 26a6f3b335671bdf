/** The widget's French words. */
const count = (n, word) => `${n}\u00a0${word}${n > 1 ? 's' : ''}`;

export const LABELS = {
  launcher: 'Marie est là pour vous aider',
  unread: (n) => `${count(n, 'message')} à lire`,
  panel: 'Conversation avec Marie',
  role: 'Assistante virtuelle',
  human: 'En pause',
  you: 'Vous',
  quit: 'Quitter vite',
  quitHint: 'Ferme la page et oublie la conversation sur cet appareil',
  menu: 'Autres choix',
  close: 'Réduire',

  hello: 'Bonjour, je suis Marie.',
  offer: 'Logement, garderie, école, emploi, bail\u00a0: je réponds à vos questions sur la vie en région au Québec.',
  consent: 'Je suis une assistante automatisée. Si vous acceptez, vos messages sont conservés pour vous répondre et, à votre demande, remis à une personne conseillère. Vous pouvez tout effacer à tout moment. N’écrivez pas de numéro d’assurance sociale ni de détails médicaux. ',
  privacy: 'Confidentialité',
  accept: 'J’accepte et je commence',
  refuse: 'Non merci',

  log: 'Messages',
  replies: 'Réponses proposées',
  compose: 'Écrivez votre question',
  send: 'Envoyer',
  left: (n) => (n < 0 ? `${count(-n, 'caractère')} de trop` : `Reste ${count(n, 'caractère')}`),
  pending: 'En attente',
  refused: 'Non envoyé\u00a0: ',
  writing: ' écrit…',

  waiting: 'Demande transmise. Une personne vous répondra ici; Marie reste avec vous.',
  counsellor: 'Une personne conseillère',
  answers: ' vous répond.',
  closed: 'Conversation terminée. Écrivez pour la reprendre.',
  offline: 'Hors ligne. Vos messages partiront au retour du réseau.',
  unreachable: 'Marie ne répond pas pour l’instant. Vos messages partiront à son retour.',
  slow: 'Un instant\u00a0: vos messages partiront bientôt.',
  gone: 'La conversation précédente n’est plus disponible.',
  erased: 'Votre conversation est effacée.',
  failed: 'Marie ne répond pas pour l’instant. Réessayez dans un moment.',
};
