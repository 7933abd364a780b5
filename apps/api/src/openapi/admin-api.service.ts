import { type INestApplication, Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { renderDocsPage } from './docs-page.js';

/** The description of the admin REST, made from the routes of the running application when it is first asked for. */
@Injectable()
export class AdminApi {
  private app: INestApplication | undefined;
  private made: Promise<OpenAPIObject> | undefined;
  private page: Promise<string> | undefined;

  /** To be called once, by whoever makes the application. */
  describes(app: INestApplication): void {
    this.app = app;
  }

  document(): Promise<OpenAPIObject> {
    return (this.made ??= this.describe());
  }

  docsPage(): Promise<string> {
    return (this.page ??= this.document().then(renderDocsPage));
  }

  /**
   * What describes is loaded only now: most processes never need it. It costs half a second of CPU, once, in pieces (the
   * modules load one by one), the longest of them about a tenth of a second; only administrators can cause it.
   */
  private async describe(): Promise<OpenAPIObject> {
    if (!this.app) throw new Error('Nobody said which application is to be described.');
    const { describeAdminApi } = await import('./describe-admin-api.js');
    return describeAdminApi(this.app);
  }
}
