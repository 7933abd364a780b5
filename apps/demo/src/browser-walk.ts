import fetchCookie from 'fetch-cookie';
import { type HTMLElement, parse } from 'node-html-parser';
import { CookieJar } from 'tough-cookie';

const MOST_PAGES = 12;
const PAGE_TIMEOUT_MS = 20_000;

export interface Credentials {
  email: string;
  password: string;
}

/**
 * Goes from an authorization URL through the server's real pages to the client's redirect URI, as a person in a
 * browser would: signs in where the sign-in form is, approves where the consent form is, follows what the server says.
 * @returns the redirect URI with its query (`code`, `state`, `iss`); the page behind it is not called
 */
export async function signInAndApprove(
  authorizationUrl: URL,
  redirectUri: string,
  { email, password }: Credentials,
): Promise<URL> {
  const browse = fetchCookie(fetch, new CookieJar());
  const open = (url: URL, form?: URLSearchParams) =>
    browse(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(PAGE_TIMEOUT_MS),
      ...(form ? { method: 'POST', body: form, headers: { origin: url.origin } } : {}),
    });

  let url = authorizationUrl;
  let form: URLSearchParams | undefined;
  for (let visited = 0; visited < MOST_PAGES; visited += 1) {
    const response = await open(url, form);
    const location = response.headers.get('location');
    const html = location ? '' : await response.text();
    const next = location ?? linkTo(redirectUri, html);
    if (next) {
      url = new URL(next, url);
      if (url.href.startsWith(redirectUri)) return url;
      form = undefined;
      continue;
    }
    const submission = response.ok ? fillForm(html, url, email, password) : undefined;
    if (!submission) throw new Error(`${url.pathname} answered ${response.status}: ${textOf(html)}`);
    ({ url, form } = submission);
  }
  throw new Error(`no redirect to ${redirectUri} after ${MOST_PAGES} pages`);
}

/** The next submission of a sign-in or consent page, or nothing when the page is neither. */
function fillForm(html: string, at: URL, email: string, password: string) {
  const element = parse(html)
    .querySelectorAll('form')
    .find((candidate) => candidate.querySelector('[name=password], [name=decision]'));
  if (!element) return undefined;
  const form = new URLSearchParams(hiddenFields(element));
  if (element.querySelector('[name=password]')) {
    form.set('email', email);
    form.set('password', password);
  } else {
    form.set('decision', 'approve');
  }
  return { url: new URL(element.getAttribute('action') || at.href, at), form };
}

function hiddenFields(form: HTMLElement): [string, string][] {
  return form
    .querySelectorAll('input[type=hidden]')
    .map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']);
}

/** The last page may be a 200 that sends the browser on (a link and a refresh), because of CSP's form-action. */
function linkTo(redirectUri: string, html: string): string | undefined {
  return parse(html)
    .querySelectorAll('a[href]')
    .map((link) => link.getAttribute('href') ?? '')
    .find((href) => href.startsWith(`${redirectUri}?`));
}

const textOf = (html: string): string => parse(html).textContent.replace(/\s+/g, ' ').trim().slice(0, 300);
