// The last samples beside the reference summaries. They stay while somebody reads: under the pointer, or with the focus in them.

import { el, text, set, show, keyed } from './dom.js';
import { number, count } from './format.js';
import { storyButton } from './story.js';

const DWELL = 5_000; // that they stay at least
const FIRST = 4;

export class Samples {
  #host;
  #note;
  #list = el('div', { class: 'samples' });
  #more = el('button', { type: 'button', class: 'more', 'aria-expanded': 'false' });
  #isLong = false;
  #waiting = null;
  #shown = [];
  #since = -DWELL;
  #timer = 0;

  constructor(host, note) {
    [this.#host, this.#note] = [host, note];
    host.append(this.#list, this.#more);
    this.#more.addEventListener('click', () => {
      this.#isLong = !this.#isLong;
      this.#draw();
    });
    host.addEventListener('pointerleave', () => this.#turn());
    host.addEventListener('focusout', () => this.#turn());
    this.#draw();
  }

  /** Shows samples, the newest first, when nobody reads the ones that are there. */
  show(samples) {
    this.#waiting = samples;
    this.#turn();
  }

  #turn() {
    if (this.#waiting === null || this.#host.matches(':hover, :focus-within')) return;
    const early = DWELL - (performance.now() - this.#since);
    if (early > 0) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#turn(), early);
      return;
    }
    [this.#shown, this.#waiting, this.#since] = [this.#waiting, null, performance.now()];
    this.#draw();
  }

  #draw() {
    const all = this.#shown;
    text(this.#note, all.length > 0 ? `of update ${count(all[0].update)}` : '');
    const shown = this.#isLong ? all : all.slice(0, FIRST);
    keyed(this.#list, shown.length > 0 ? shown : [null], sample => sample ? `${sample.update} ${sample.episode}` : 'none', sample => sample ? card(sample) : el('p', { class: 'quiet' }, 'There are samples after the first update.'));
    show(this.#more, all.length > FIRST);
    text(this.#more, this.#isLong ? 'Fewer' : `${all.length - FIRST} more, of the updates before`);
    set(this.#more, 'aria-expanded', String(this.#isLong));
  }
}

function card(sample) {
  const isBetter = sample.reference_score != null && sample.score > sample.reference_score;
  return el('article', { class: 'sample' },
    el('h3', {}, storyButton(sample.episode), el('small', {}, ` update ${count(sample.update)} · policy v${count(sample.version)} · KL ${number(sample.kl)}`)),
    prompt(sample.prompt),
    el('dl', {},
      el('div', { class: 'answer' }, el('dt', {}, 'Policy'), el('dd', { dir: 'auto' }, sample.summary || '(nothing)'),
        el('dd', { class: 'score' }, number(sample.score), isBetter ? el('span', { class: 'better', title: 'scores higher than the reference' }, ' ▲') : null)),
      sample.reference == null ? null : el('div', { class: 'answer' }, el('dt', {}, 'Reference'), el('dd', { dir: 'auto' }, sample.reference),
        el('dd', { class: 'score' }, sample.reference_score == null ? '–' : number(sample.reference_score)))));
}

function prompt(words) {
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length <= 140 ? el('p', { class: 'prompt', dir: 'auto' }, line)
    : el('details', { class: 'prompt' }, el('summary', { dir: 'auto' }, `${line.slice(0, 130)}…`), el('p', { dir: 'auto' }, words));
}
