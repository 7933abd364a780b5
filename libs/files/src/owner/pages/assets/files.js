/* global document, location, XMLHttpRequest */
// Uploads: one file after the other, each as it is, with how far it is. Without scripts the form stays hidden.
const form = document.getElementById('upload');
const [input, bar, state, problem, rest] = ['files', 'progress', 'state', 'problem', 'rest'].map((name) =>
  document.getElementById(`upload-${name}`),
);
form.hidden = false;

/** @returns {Promise<string>} the id of the stored file */
function send(file) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `/account/files?${new URLSearchParams({ file_name: file.name })}`);
    request.setRequestHeader('x-csrf-token', form.dataset.csrf);
    request.setRequestHeader('content-type', file.type || 'application/octet-stream');
    request.responseType = 'json';
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      bar.value = total > 0 ? loaded / total : 0;
    });
    request.addEventListener('load', () => {
      const { id, error, details } = request.response ?? {};
      if (request.status === 201) resolve(id);
      else reject(new Error([error ?? 'That did not work.', details?.nextStep].filter(Boolean).join(' ')));
    });
    request.addEventListener('error', () => reject(new Error('The connection broke. Try again.')));
    request.send(file);
  });
}

async function sendAll(files) {
  const stored = [];
  const problems = [];
  input.disabled = true;
  bar.hidden = false;
  problem.hidden = true;
  for (const [index, file] of files.entries()) {
    bar.value = 0;
    state.textContent = `Uploading ${file.name}${files.length > 1 ? ` (${index + 1} of ${files.length})` : ''} …`;
    try {
      if (file.size > Number(form.dataset.most)) throw new Error('The file is larger than this page takes.');
      stored.push(await send(file));
    } catch (error) {
      problems.push(`${file.name}: ${error.message}`);
    }
  }
  if (problems.length === 0)
    return location.assign(`/account/files?${stored.map((id) => `new=${id}`).join('&')}`);
  bar.hidden = true;
  state.textContent = '';
  problem.textContent = problems.join(' ');
  problem.hidden = false;
  rest.hidden = stored.length === 0;
  input.disabled = false;
  input.value = '';
}

input.addEventListener('change', () => {
  if (input.files.length > 0) void sendAll([...input.files]);
});
form.addEventListener('dragover', (event) => {
  event.preventDefault();
  form.classList.add('over');
});
for (const name of ['dragleave', 'drop']) form.addEventListener(name, () => form.classList.remove('over'));
form.addEventListener('drop', (event) => {
  event.preventDefault();
  if (!input.disabled && event.dataTransfer.files.length > 0) void sendAll([...event.dataTransfer.files]);
});
