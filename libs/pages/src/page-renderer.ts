import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import Handlebars from 'handlebars';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { type Asset, readAssets, readTemplates } from './page-files.js';

interface PageOptions {
  status?: number;
  /** Where the page's forms may lead besides this server: CSP sources. */
  formTargets?: string[];
  /** The page's script asks this server for more. */
  fetches?: boolean;
}

/** The pages for people: templates and assets, read once, and the headers that every page carries. */
@Injectable()
export class PageRenderer {
  private readonly handlebars = Handlebars.create();
  private readonly templates = new Map<string, Handlebars.TemplateDelegate>();
  private readonly known = new Map<string, Asset>();

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {
    const safe = (value: string) => new Handlebars.SafeString(value);
    this.handlebars.registerHelper('asset', (name: string) =>
      safe(`/assets/${name}?v=${this.known.get(name)?.version ?? ''}`),
    );
    this.handlebars.registerHelper('url', (value: string) => safe(escapeUrl(value)));
    this.addFolder(new URL('./', import.meta.url));
  }

  /** By name; what each asset's address leads to. */
  get assets(): ReadonlyMap<string, Asset> {
    return this.known;
  }

  /**
   * Adds the pages of a lib: `templates/*.hbs`, which may use each other and the frame as partials (`{{#> layout}}`),
   * and `assets/*`. To be called while the module that has them is made. Names are one space over all libs.
   */
  addFolder(folder: URL): void {
    for (const [name, source] of readTemplates(folder)) {
      if (this.templates.has(name)) throw new Error(`There are two templates ${name}.`);
      this.handlebars.registerPartial(name, source);
      this.templates.set(name, this.handlebars.compile(source, { knownHelpersOnly: false }));
    }
    for (const [name, asset] of readAssets(folder)) {
      if (this.known.has(name)) throw new Error(`There are two assets ${name}.`);
      this.known.set(name, asset);
    }
  }

  /**
   * Sends a page. It is never cached, framed or leaked as a referrer, loads nothing from elsewhere, and its forms
   * lead nowhere but here and to `formTargets`: browsers apply `form-action` to redirects, too.
   *
   * @param context what the template shows, and for the frame `user`, and `script` and `style` (names of assets)
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
          `frame-ancestors 'none'; form-action ${formAction}${options.fetches ? `; connect-src 'self'` : ''}`,
      )
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .header('x-content-type-options', 'nosniff')
      .header('x-frame-options', 'DENY')
      .type('text/html; charset=utf-8')
      .send(render({ server: new URL(this.config.issuer).host, ...context }));
  }
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
