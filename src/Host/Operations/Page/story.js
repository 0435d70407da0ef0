// One episode's whole story, from the journal.

import { $, el } from './dom.js';
import { number, count, clock, plural } from './format.js';
import { get } from './feed.js';

/** A button that tells an episode's story. */
export function storyButton(episode) {
  const button = el('button', { type: 'button', class: 'quiet-button' }, `Episode ${count(episode)}`);
  button.addEventListener('click', () => tell(episode));
  return button;
}

async function tell(episode) {
  const dialog = $('story');
  const body = $('story-body');
  $('story-title').textContent = `Episode ${count(episode)}`;
  body.replaceChildren(el('p', {}, 'Reading the journal …'));
  if (!dialog.open) dialog.showModal();
  try {
    body.replaceChildren(...parts(await get(`/api/episodes/${episode}`)));
  } catch (error) {
    body.replaceChildren(el('p', { class: 'error' }, error.message));
  }
}

function parts(story) {
  const facts = [
    ['Generated', story.policy_version != null && `${time(story.generated_at)}by ${story.rollout ?? 'a rollout'}, with policy v${count(story.policy_version)}`],
    ['Journaled', story.scored_at && `${time(story.scored_at)}by shard ${story.shard}`],
    ['Trained', story.trained_at && `${time(story.trained_at)}in update ${count(story.update)} with ${count(story.batch_episodes - 1)} others, ${plural(story.lag, 'version')} behind`],
    ['Score', story.score != null && number(story.score)],
    ['KL', story.kl != null && `${number(story.kl)} nats over ${plural(story.tokens.length, 'token')}`],
    ['Reward', story.reward != null && `${number(story.reward)} = ${number(story.score)} − ${number(story.kl_coefficient)} · ${number(story.kl)}`],
    ['Prompt', story.prompt],
    ['Summary', story.summary],
    ['Reference', story.reference],
  ].filter(([, value]) => value);
  return [
    el('p', {}, `${story.told.charAt(0).toUpperCase()}${story.told.slice(1)}.`),
    el('dl', { class: 'facts' }, ...facts.flatMap(([name, value]) => [el('dt', {}, name), el('dd', { dir: 'auto' }, value)])),
    story.tokens.length > 0 ? tokens(story.tokens) : null,
  ].filter(Boolean);
}

const time = at => at ? `${clock(at)} ` : '';

const tokens = all => el('details', {}, el('summary', {}, 'Each token'), el('div', { class: 'table' }, el('table', {},
  el('thead', {}, el('tr', {}, ...['Token', 'log π', 'log π ref', 'Difference'].map((name, i) => el('th', { scope: 'col', class: i > 0 ? 'number' : null }, name)))),
  el('tbody', {}, ...all.map(token => el('tr', {}, el('td', {}, JSON.stringify(token.text)),
    ...[token.log_probability, token.reference, token.log_probability - token.reference].map(value => el('td', { class: 'number' }, value.toFixed(4)))))))));
