import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '#libs/audit';
import { AdminGuard } from './admin/admin.guard.js';
import { ApiKey } from './api-keys/api-key.entity.js';
import { ApiKeyGuard } from './api-keys/api-key.guard.js';
import { ApiKeysService } from './api-keys/api-keys.service.js';
import { IdentitiesService } from './identities/identities.service.js';
import { UserIdentity } from './identities/user-identity.entity.js';
import { SignInService } from './sessions/sign-in.service.js';
import { WebSession } from './sessions/web-session.entity.js';
import { WebSessionStore } from './sessions/web-session.store.js';
import { PasswordHasher } from './users/password-hasher.js';
import { User } from './users/user.entity.js';
import { UsersService } from './users/users.service.js';

/** Users, their web sessions and their API keys. */
@Module({
  imports: [AuditModule, TypeOrmModule.forFeature([User, WebSession, ApiKey, UserIdentity])],
  providers: [
    PasswordHasher,
    UsersService,
    IdentitiesService,
    WebSessionStore,
    SignInService,
    ApiKeysService,
    ApiKeyGuard,
    AdminGuard,
  ],
  exports: [
    UsersService,
    IdentitiesService,
    WebSessionStore,
    SignInService,
    ApiKeysService,
    ApiKeyGuard,
    AdminGuard,
  ],
})
export class AccountsModule {}
