/* global document, navigator */
// Copy buttons, of another element's text or of a text of their own. Without scripts they stay hidden, and the text can
// be selected as ever.
for (const button of document.querySelectorAll('[data-copy], [data-copy-text]')) {
  if (!navigator.clipboard) break;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const { copy, copyText } = button.dataset;
    await navigator.clipboard.writeText(copyText ?? document.getElementById(copy).textContent);
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = label;
    }, 2000);
  });
}
