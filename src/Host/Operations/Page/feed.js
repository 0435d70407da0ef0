// Talks to the node that serves the page. With a token where the cluster wants one, which is why events come by fetch: an EventSource sends no headers.

const TOKEN = 'rlhf.token';
const SILENCE = 25_000; // the node says something every 10 s
const LONGEST_PAUSE = 10_000;

/** An answer that is not what was asked for. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const token = {
  get: () => sessionStorage.getItem(TOKEN),
  set: value => sessionStorage.setItem(TOKEN, value),
  drop: () => sessionStorage.removeItem(TOKEN),
};

async function ask(path, options = {}) {
  const headers = { ...options.headers };
  if (token.get()) headers.Authorization = `Bearer ${token.get()}`;
  const answer = await fetch(path, { ...options, headers, cache: 'no-store' });
  if (answer.ok) return answer;
  throw new Refused(answer.status, await sentence(answer));
}

async function sentence(answer) {
  const body = await answer.text().catch(() => '');
  try {
    return JSON.parse(body).error ?? body;
  } catch {
    return body.trim() || `${answer.status} ${answer.statusText}`;
  }
}

/** What a path answers. */
export const get = async (path, signal) => (await ask(path, { signal })).json();

/** Has something done; what was done, in a sentence. */
export async function act(action, query, who) {
  const ascii = who.normalize('NFKD').replace(/[^\x20-\x7e]/g, ''); // what a header may have
  const path = `/api/${action}?${new URLSearchParams(query)}`;
  return (await (await ask(path, { method: 'POST', headers: { 'X-Rlhf-Operator': `${ascii || 'somebody'} (page)` } })).json()).done;
}

/**
 * Listens for good.
 * @param begin called when a connection begins, and waited for: what is told was asked for after it.
 * @param event given each event's name and value.
 * @param broken given why there is no connection.
 * @param locked asks for a token, and is done when there is another.
 */
export async function listen({ begin, event, broken, locked }) {
  for (let failures = 0; ;) {
    try {
      await follow(() => { failures = 0; return begin(); }, event);
      throw new Error('the node has ended the connection');
    } catch (error) {
      if (error.status === 401) {
        await locked(token.get() !== null);
        continue;
      }
      broken(error instanceof Refused ? error.message : error.name === 'TimeoutError' ? 'the node has been silent for too long' : 'the node does not answer');
      await new Promise(resume => setTimeout(resume, Math.min(LONGEST_PAUSE, 1000 * 1.6 ** failures++)));
    }
  }
}

async function follow(begin, event) {
  const stop = new AbortController();
  let alarm;
  const alive = () => {
    clearTimeout(alarm);
    alarm = setTimeout(() => stop.abort(new DOMException('silence', 'TimeoutError')), SILENCE);
  };
  alive();
  try {
    const answer = await ask('/api/events', { signal: stop.signal });
    await begin();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let parts = [], name = ''; // the parts of a line that has not ended: a long one comes in many
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      alive();
      const lines = value.split('\n');
      if (lines.length > 1) lines[0] = parts.join('') + lines[0];
      if (lines.length > 1) parts = [];
      parts.push(lines.pop());
      for (const line of lines) {
        if (line.startsWith('event: ')) name = line.slice(7);
        else if (line.startsWith('data: ')) event(name, JSON.parse(line.slice(6)));
      }
    }
  } finally {
    clearTimeout(alarm);
    stop.abort();
  }
}
