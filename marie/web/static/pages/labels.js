/** What the console says where no template does. No-break spaces are written \u00a0. */
export const LABELS = {
  lost: 'Connexion perdue. Ce que vous écrivez est gardé ici et partira au retour.',
  lostList: 'Connexion perdue. La liste n’est peut-être plus à jour.',
  back: 'Connexion rétablie.',
  sending: 'En cours d’envoi',
  refused: 'Non envoyé\u00a0: ',
  notOwner: 'vous n’avez plus cette conversation.',
  seen: 'Lu',
  writing: { visitor: 'La personne écrit…', marie: 'Marie écrit…' },
};
