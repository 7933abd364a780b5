import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import Handlebars from 'handlebars';
import { APP_CONFIG, type AppConfig } from '#libs/config';

const TEMPLATES = fileURLToPath(new URL('./templates/', import.meta.url));
const ASSETS = fileURLToPath(new URL('./assets/', import.meta.url));

const CONTENT_TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

export interface Asset {
  body: Buffer;
  contentType: string;
  /** Names this version; part of its URL. */
  version: string;
}

export interface PageOptions {
  status?: number;
  /** Where the page's forms may lead besides this server: CSP sources. */
  formTargets?: string[];
}

/** The pages for people: templates and assets, read once, and the headers that every page carries. */
@Injectable()
export class PageRenderer {
  readonly assets = loadAssets();
  private readonly templates = loadTemplates(this.assets);

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  /**
   * Sends a page. It is never cached, framed or leaked as a referrer, loads nothing from elsewhere, and its forms
   * lead nowhere but here and to `formTargets`: browsers apply `form-action` to redirects, too.
   */
  send(reply: FastifyReply, template: string, context: object, options: PageOptions = {}): void {
    const render = this.templates.get(template);
    if (!render) throw new Error(`There is no template ${template}.`);
    const formAction = ["'self'", ...(options.formTargets ?? [])].join(' ');
    void reply
      .status(options.status ?? 200)
      .header(
        'content-security-policy',
        `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; ` +
          `frame-ancestors 'none'; form-action ${formAction}`,
      )
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .header('x-content-type-options', 'nosniff')
      .header('x-frame-options', 'DENY')
      .type('text/html; charset=utf-8')
      .send(render({ server: new URL(this.config.issuer).host, ...context }));
  }
}

function loadAssets(): ReadonlyMap<string, Asset> {
  const files = readdirSync(ASSETS).map((name): [string, Asset] => {
    const body = readFileSync(`${ASSETS}${name}`);
    const contentType = CONTENT_TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    return [
      name,
      { body, contentType, version: createHash('sha256').update(body).digest('hex').slice(0, 12) },
    ];
  });
  return new Map(files);
}

/** Compiled with the page frame as a partial (`{{#> layout}}`). Values are escaped; a missing one is an error. */
function loadTemplates(assets: ReadonlyMap<string, Asset>): ReadonlyMap<string, Handlebars.TemplateDelegate> {
  const handlebars = Handlebars.create();
  handlebars.registerHelper(
    'asset',
    (name: string) => new Handlebars.SafeString(`/assets/${name}?v=${assets.get(name)?.version ?? ''}`),
  );
  handlebars.registerHelper('url', (value: string) => new Handlebars.SafeString(escapeUrl(value)));
  const sources = readdirSync(TEMPLATES).map((file): [string, string] => [
    file.replace(/\.hbs$/, ''),
    readFileSync(`${TEMPLATES}${file}`, 'utf8'),
  ]);
  for (const [name, source] of sources) handlebars.registerPartial(name, source);
  return new Map(
    sources.map(([name, source]) => [name, handlebars.compile(source, { knownHelpersOnly: false })]),
  );
}

/** For attributes: everything that HTML needs escaped, and no more, so that the address stays readable. */
function escapeUrl(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
