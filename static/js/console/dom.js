// The few ways in which these pages are written to. Text only: nothing is ever parsed as HTML.

export function find(selector, root = document) {
  return root.querySelector(selector);
}

export function findAll(selector, root = document) {
  return [...root.querySelectorAll(selector)];
}

export function element(name, { className = "", text = "", ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Writes only what changed, so that a screen reader and a selection are left alone.
export function setText(target, text) {
  if (target && target.textContent !== text) target.textContent = text;
}

export function setTone(badge, tone, text) {
  const className = tone ? `badge badge-${tone}` : "badge";
  if (badge.className !== className) badge.className = className;
  setText(badge, text);
}

export function show(target, visible) {
  if (target && target.hidden === visible) target.hidden = !visible;
}
