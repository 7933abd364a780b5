import { Module } from '@nestjs/common';
import { AuthorizeController } from './endpoints/authorize.controller.js';
import { DiscoveryController } from './endpoints/discovery.controller.js';
import { MethodNotAllowedController } from './endpoints/method-not-allowed.controller.js';
import { RegisterController } from './endpoints/register.controller.js';
import { RevokeController } from './endpoints/revoke.controller.js';
import { TokenController } from './endpoints/token.controller.js';
import { ExpiredRowsSweeper } from './expired-rows.sweeper.js';
import { OAuthModule } from './oauth.module.js';
import { AccountController } from './pages/account.controller.js';
import { AssetsController } from './pages/assets.controller.js';
import { ConsentController } from './pages/consent.controller.js';
import { HomeController } from './pages/home.controller.js';
import { LoginController } from './pages/login.controller.js';
import { LogoutController } from './pages/logout.controller.js';
import { PageRenderer } from './pages/page-renderer.js';

/** The HTTP edge of the authorization server: its endpoints and the pages for people. */
@Module({
  imports: [OAuthModule],
  controllers: [
    DiscoveryController,
    RegisterController,
    AuthorizeController,
    TokenController,
    RevokeController,
    MethodNotAllowedController,
    HomeController,
    LoginController,
    ConsentController,
    LogoutController,
    AccountController,
    AssetsController,
  ],
  providers: [PageRenderer, ExpiredRowsSweeper],
})
export class OAuthHttpModule {}
