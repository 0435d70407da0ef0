// Numbers as the commands write them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Such as 12,345, 123, 12.3, 1.23, -0.05, 1.7e-4. */
export function number(value) {
  if (typeof value !== 'number') return value ?? '–';
  const size = Math.abs(value);
  if (size >= 1e7) return value.toExponential(1).replace('+', '');
  if (size >= 99.95) return whole.format(value);
  if (size >= 9.995) return value.toFixed(1);
  if (size >= 0.01 || size === 0) return value.toFixed(2);
  return value.toExponential(1);
}

/** A number of things. */
export const count = value => whole.format(value);

/** A share of one. */
export const percent = (part, all = 1) => all > 0 ? `${Math.floor(100 * part / all)}%` : '–';

/** Seconds, such as 42 s, 4:17, 1:02:30. */
export function duration(seconds) {
  const all = Math.max(0, Math.round(seconds));
  const two = value => String(value).padStart(2, '0');
  if (all < 60) return `${all} s`;
  if (all < 3600) return `${Math.floor(all / 60)}:${two(all % 60)}`;
  if (all < 172800) return `${Math.floor(all / 3600)}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
  return `${Math.floor(all / 86400)} days`;
}

/** How long ago a time was, in one unit. */
export const ago = (time, now) => span(Math.max(0, (now - Date.parse(time)) / 1000));

/** Seconds in one unit. */
export function span(seconds) {
  if (!(seconds >= 0)) return '–';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

/** Bytes, such as 812 MB. */
export const bytes = value => value == null ? '–' : value >= 1e9 ? `${(value / 1e9).toFixed(1)} GB` : `${whole.format(value / 1e6)} MB`;

/** A time of the day, or the whole of it where it was another day. */
export function clock(time) {
  const at = new Date(time);
  const two = value => String(value).padStart(2, '0');
  const day = at.toDateString() === new Date().toDateString() ? '' : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} `;
  return `${day}${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** One or several. */
export const plural = (value, one, several = `${one}s`) => `${count(value)} ${value === 1 ? one : several}`;
