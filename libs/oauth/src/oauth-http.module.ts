import { Module } from '@nestjs/common';
import { PageRenderer, PagesModule } from '#libs/pages';
import { AdminClientHostsController } from './admin/admin-client-hosts.controller.js';
import { AdminClientsController } from './admin/admin-clients.controller.js';
import { AdminGrantsController } from './admin/admin-grants.controller.js';
import { AdminGrantsService } from './admin/admin-grants.service.js';
import { ClientResolver } from './clients/client-resolver.service.js';
import { ClientDocumentFetcher } from './clients/documents/client-document-fetcher.js';
import { DocumentClients } from './clients/documents/document-clients.service.js';
import { AuthorizeController } from './endpoints/authorize.controller.js';
import { DiscoveryController } from './endpoints/discovery.controller.js';
import { MethodNotAllowedController } from './endpoints/method-not-allowed.controller.js';
import { RegisterController } from './endpoints/register.controller.js';
import { RevokeController } from './endpoints/revoke.controller.js';
import { TokenController } from './endpoints/token.controller.js';
import { EndpointLimits } from './endpoint-limits.js';
import { ExpiredRowsSweeper } from './expired-rows.sweeper.js';
import { OAuthModule } from './oauth.module.js';
import { AccountController } from './pages/account.controller.js';
import { AccountPages } from './pages/account-pages.js';
import { ConsentController } from './pages/consent.controller.js';
import { HomeController } from './pages/home.controller.js';
import { KeysController } from './pages/keys.controller.js';
import { LoginController } from './pages/login.controller.js';
import { LogoutController } from './pages/logout.controller.js';
import { PasswordController } from './pages/password.controller.js';
import { OpenIdProvider } from './upstream/openid-provider.js';
import { UpstreamSignInController } from './upstream/upstream-sign-in.controller.js';
import { UpstreamSignInService } from './upstream/upstream-sign-in.service.js';

/** The HTTP edge of the authorization server: its endpoints and the pages for people. */
@Module({
  imports: [OAuthModule, PagesModule],
  controllers: [
    DiscoveryController,
    RegisterController,
    AuthorizeController,
    TokenController,
    RevokeController,
    MethodNotAllowedController,
    HomeController,
    LoginController,
    UpstreamSignInController,
    ConsentController,
    LogoutController,
    AccountController,
    KeysController,
    PasswordController,
    AdminClientsController,
    AdminGrantsController,
    AdminClientHostsController,
  ],
  providers: [
    AdminGrantsService,
    ClientResolver,
    DocumentClients,
    ClientDocumentFetcher,
    EndpointLimits,
    AccountPages,
    OpenIdProvider,
    UpstreamSignInService,
    ExpiredRowsSweeper,
  ],
})
export class OAuthHttpModule {
  constructor(pages: PageRenderer) {
    pages.addFolder(new URL('./pages/', import.meta.url));
  }
}
