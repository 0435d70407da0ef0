// Asks the operator before something is done, has it done, and says what came of it.

import { $, el, text, show } from './dom.js';
import { act, token } from './feed.js';

const WHO = 'rlhf.who';
const SAID = 8_000;
const ACTIONS = {
  pause: { title: () => 'Pause training?', say: () => 'The step under way is finished. Rollouts and scorers go on until there is nothing left to do; nothing is lost.', button: 'Pause training', needsReason: true },
  resume: { title: () => 'Resume training?', say: () => 'The next step is taken as soon as its batch is complete.', button: 'Resume training' },
  drain: { title: node => `Drain ${node}?`, say: node => `${node} finishes what it has begun and begins nothing more. It stays a member.`, button: 'Drain' },
  leave: { title: node => `Send ${node} away?`, say: node => `${node} finishes what it has begun and leaves; its process ends.`, button: 'Send away' },
};

export class Desk {
  #alarms;
  #done;
  #action = null;
  #timer = 0;

  constructor({ alarms, done }) {
    [this.#alarms, this.#done] = [alarms, done];
    $('ask-cancel').addEventListener('click', () => $('ask').close());
    $('ask').querySelector('form').addEventListener('submit', event => {
      event.preventDefault();
      this.#submit();
    });
  }

  /** Asks whether something is to be done. */
  ask(action, node = null) {
    this.#action = { action, node };
    const { title, say, button, needsReason } = ACTIONS[action];
    text($('ask-title'), title(node));
    text($('ask-text'), say(node));
    text($('ask-do'), button);
    text($('ask-error'), '');
    $('ask-reason').value = '';
    $('ask-reason').required = needsReason === true;
    show($('ask-optional'), !needsReason);
    $('ask-who').value = localStorage.getItem(WHO) ?? '';
    $('ask-do').disabled = false;
    const stops = action === 'resume' ? this.#alarms().filter(alarm => alarm.stops) : [];
    $('ask-accept').replaceChildren(...(stops.length === 0 ? [] : [el('fieldset', {}, el('legend', {}, 'Go on although'),
      ...stops.map(alarm => el('label', {}, el('input', { type: 'checkbox', name: 'accept', value: alarm.metric }), ` ${alarm.metric} is beyond its limit`)))]));
    $('ask').showModal();
    $('ask-reason').focus();
  }

  /** Asks for the token; done when there is one. */
  unlock(wasWrong) {
    token.drop();
    const door = $('door');
    text($('door-error'), wasWrong ? 'The node does not know this token.' : '');
    $('door-token').value = '';
    return new Promise(done => {
      door.oncancel = event => event.preventDefault();
      door.querySelector('form').onsubmit = event => {
        event.preventDefault();
        token.set($('door-token').value.trim());
        door.close();
        done();
      };
      if (!door.open) door.showModal();
    });
  }

  async #submit() {
    const { action, node } = this.#action;
    const query = new URLSearchParams();
    if (node !== null) query.set('node', node);
    const reason = $('ask-reason').value.trim();
    if (reason) query.set('reason', reason);
    for (const box of $('ask-accept').querySelectorAll('input:checked')) query.append('accept', box.value);
    const who = $('ask-who').value.trim();
    localStorage.setItem(WHO, who);
    $('ask-do').disabled = true;
    try {
      const done = await act(action, query, who);
      $('ask').close();
      this.#say(done);
    } catch (error) {
      text($('ask-error'), error.message);
    } finally {
      $('ask-do').disabled = false;
      this.#done();
    }
  }

  #say(words) {
    text($('said'), words);
    $('said').classList.add('shown');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => $('said').classList.remove('shown'), SAID);
  }
}
