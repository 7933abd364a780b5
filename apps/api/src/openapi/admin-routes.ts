import type { INestApplication } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { AdminGuard } from '#libs/accounts';
import { ApiRoute, type ApiRouteFacts } from '#libs/http';

/** What the code of a route under `/admin` says of it beside what Nest makes of it. */
export interface AdminRoute {
  facts: ApiRouteFacts;
  /** Routes of one tag stand together: `users`, `oauth/clients`. */
  tag: string;
  roles: string[];
}

export const operationId = (controller: string, method: string): string =>
  `${controller.replace(/Controller$/, '')}.${method}`;

/** By their operation's id. */
export function adminRoutes(app: INestApplication): ReadonlyMap<string, AdminRoute> {
  const routes = new Map<string, AdminRoute>();
  const reflector = app.get(Reflector);
  for (const { controllers } of app.get(ModulesContainer).values()) {
    for (const { metatype } of controllers.values()) {
      const controller = metatype as { name: string; prototype: Record<string, () => unknown> };
      const base: unknown = Reflect.getMetadata(PATH_METADATA, controller);
      if (typeof base !== 'string' || !/^\/?admin(\/|$)/.test(base)) continue;
      for (const name of Object.getOwnPropertyNames(controller.prototype)) {
        const handler = controller.prototype[name]!;
        if (name === 'constructor' || Reflect.getMetadata(PATH_METADATA, handler) === undefined) continue;
        const alsoCurators = reflector.getAllAndOverride(AdminGuard.AlsoCurators, [
          handler,
          metatype as () => void,
        ]);
        routes.set(operationId(controller.name, name), {
          facts: reflector.get(ApiRoute, handler) ?? { summary: '' },
          tag: base.replace(/^\/?admin\/?/, '') || 'description',
          roles: alsoCurators ? ['admin', 'curator'] : ['admin'],
        });
      }
    }
  }
  return routes;
}
