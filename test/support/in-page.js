/* eslint @typescript-eslint/no-unused-vars: off -- called by name, from page-checks.ts */
/* global document, getComputedStyle, innerHeight, innerWidth, NodeFilter, window */
// Runs in the browser, as text, past the page's own policy for scripts.

/** Runs in the page: names, labels, headings, width. */
function findStructureProblems() {
  const problems = [];
  const { documentElement } = document;
  if (documentElement.lang === '') problems.push('the page does not say its language');
  if (document.title.trim() === '') problems.push('the page has no title');
  if (document.querySelectorAll('h1').length !== 1) problems.push('the page has not one h1');
  if (documentElement.scrollWidth > documentElement.clientWidth)
    problems.push(
      `the page scrolls sideways: ${documentElement.scrollWidth} > ${documentElement.clientWidth}`,
    );
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  for (const id of ids)
    if (ids.indexOf(id) !== ids.lastIndexOf(id)) problems.push(`the id ${id} is there twice`);
  for (const input of document.querySelectorAll('input:not([type=hidden]), textarea')) {
    if (!input.ariaLabel && ![...(input.labels ?? [])].some((label) => label.textContent?.trim()))
      problems.push(`${input.name} has no label`);
    if (input.getAttribute('aria-invalid') === 'true' && !input.hasAttribute('aria-describedby'))
      problems.push(`${input.name} is wrong and does not say how`);
  }
  for (const element of document.querySelectorAll('[aria-labelledby], [aria-describedby]')) {
    const references = ['aria-labelledby', 'aria-describedby'].flatMap((name) =>
      (element.getAttribute(name) ?? '').split(/\s+/).filter(Boolean),
    );
    for (const id of references) if (!document.getElementById(id)) problems.push(`nothing has the id ${id}`);
  }
  for (const element of document.querySelectorAll('a, button')) {
    const name = element.getAttribute('aria-label') ?? element.textContent ?? '';
    const visible = element.getClientRects().length > 0;
    if (visible && name.trim() === '') problems.push(`a ${element.tagName} has no name`);
    if (visible && element.matches('.button, nav a') && element.getBoundingClientRect().height < 24)
      problems.push(`${name.trim()} is too small to hit`);
  }
  for (const image of document.querySelectorAll('img'))
    if (!image.hasAttribute('alt')) problems.push(`${image.src} has no alternative text`);
  return problems;
}

/** Runs in the page: text against what is behind it, WCAG 2.2 §1.4.3. */
function findContrastProblems() {
  const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color) => {
    const [red = 0, green = 0, blue = 0] = channels(color)
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const backgroundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if ((channels(backgroundColor)[3] ?? 1) > 0) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  const problems = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.textContent?.trim() ?? '';
    if (!element || text === '' || element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    const [one, other] = [luminance(style.color), luminance(backgroundOf(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5))
      problems.add(`"${text.slice(0, 30)}" has a contrast of ${ratio.toFixed(2)}`);
  }
  return [...problems];
}

/** Leaves whatever has the focus. @returns how many controls the Tab key should reach */
function countControls() {
  document.activeElement?.blur();
  window.getSelection()?.removeAllRanges();
  const controls = [
    ...document.querySelectorAll('a[href], button, input:not([type=hidden]), textarea, [tabindex="0"]'),
  ];
  return controls.filter((element) => element.getClientRects().length > 0).length;
}

/** What has the focus; null for nothing. */
function describeFocus() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {
    index: [...document.querySelectorAll('*')].indexOf(element),
    name: `${element.tagName} ${element.textContent.trim().slice(0, 30)}`,
    outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    inView: box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
  };
}
