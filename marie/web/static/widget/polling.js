/** For networks that let no socket through: post what waits, read what is new, for a minute or until it fails. */
import { call, wire } from './connection.js';

export async function poll(connection, alive) {
  const { url, token, memory, tell } = connection;
  const until = Date.now() + 60000;
  do {
    for (const queued of memory.outbox()) {
      const { status, body, wait } = await call(`${url}/messages`, token, 'POST', wire(queued));
      if (!body) return;
      if (body.seq) {
        connection.taken(queued);
        tell({ sent: { client_id: queued.client_id, seq: body.seq } });
      } else {
        connection.problem({ ...body, status }, wait, queued.client_id);
        if (status === 429 || status > 499) return;
      }
    }
    await connection.pause(document.hidden ? 15000 : 1500);
  } while (alive() && Date.now() < until && await connection.read());
}
