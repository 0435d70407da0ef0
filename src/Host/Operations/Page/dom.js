// Builds and changes the page. What comes from the cluster goes in as text or as an attribute's value, never as markup.

const SVG = 'http://www.w3.org/2000/svg';
const kept = new WeakMap();

export const $ = id => document.getElementById(id);

/** An element with attributes and children; strings become text. */
export const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/** The same in SVG. */
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

function fill(node, attributes, children) {
  for (const name in attributes) set(node, name, attributes[name]);
  node.append(...children.filter(child => child != null));
  return node;
}

/** Sets an attribute if it is another; null and false take it away, true makes it empty. */
export function set(node, name, value) {
  if (value == null || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
    return;
  }
  const text = value === true ? '' : String(value);
  if (node.getAttribute(name) !== text) node.setAttribute(name, text);
}

/** Sets a node's text if it is another. */
export function text(node, value) {
  const now = String(value);
  if (node.firstChild === null ? now !== '' : node.textContent !== now) node.textContent = now;
  return node;
}

/** Shows or hides a node. */
export const show = (node, isShown) => { if (node.hidden === isShown) node.hidden = !isShown; };

/** Makes a parent's children those of the items, in their order: makes what is new, changes what is there, drops the rest. */
export function keyed(parent, items, key, make, change) {
  let known = kept.get(parent);
  if (!known) kept.set(parent, known = new Map());
  const gone = new Set(known.keys());
  let at = parent.firstChild;
  for (const item of items) {
    const name = key(item);
    gone.delete(name);
    let node = known.get(name);
    if (!node) known.set(name, node = make(item));
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
    change?.(node, item);
  }
  for (const name of gone) {
    known.get(name).remove();
    known.delete(name);
  }
}
