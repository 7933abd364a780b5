import type { INestApplication } from '@nestjs/common';
import { EXCEPTION_FILTERS_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { AdminGuard } from '#libs/accounts';
import { ApiRoute, type ApiRouteFacts } from '#libs/http';
import { PageErrorFilter } from '#libs/pages';

/** What the code of a route under `/admin` says of it beside what Nest makes of it. */
export interface AdminRoute {
  facts: ApiRouteFacts;
  /** Routes of one tag stand together: `users`, `oauth/clients`. */
  tag: string;
  roles: string[];
}

export const operationId = (controller: string, method: string): string =>
  `${controller.replace(/Controller$/, '')}.${method}`;

interface ControllerClass {
  name: string;
  prototype: Record<string, () => unknown>;
}

/** By their operation's id. */
export function adminRoutes(app: INestApplication): ReadonlyMap<string, AdminRoute> {
  const reflector = app.get(Reflector);
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) =>
    [...module.controllers.values()].map(({ metatype }) => metatype as unknown as ControllerClass),
  );
  return new Map(controllers.flatMap((controller) => routesOf(controller, reflector)));
}

function routesOf(controller: ControllerClass, reflector: Reflector): [string, AdminRoute][] {
  const base: unknown = Reflect.getMetadata(PATH_METADATA, controller);
  if (typeof base !== 'string' || !/^\/?admin(\/|$)/.test(base) || isPage(controller)) return [];
  const tag = base.replace(/^\/?admin\/?/, '') || 'admin';
  const handlers = Object.entries(Object.getOwnPropertyDescriptors(controller.prototype)).flatMap(
    ([name, { value }]: [string, { value?: unknown }]) =>
      name !== 'constructor' && typeof value === 'function' && Reflect.hasMetadata(PATH_METADATA, value)
        ? [[name, value as () => unknown] as const]
        : [],
  );
  return handlers.map(([name, handler]) => {
    const facts = reflector.get(ApiRoute, handler) ?? { summary: '' };
    const roles = isAlsoForCurators(controller, handler, reflector) ? ['admin', 'curator'] : ['admin'];
    return [operationId(controller.name, name), { facts, tag, roles }];
  });
}

/** Pages are for people in a browser; they say even their refusals as pages. */
function isPage(controller: ControllerClass): boolean {
  const filters = (Reflect.getMetadata(EXCEPTION_FILTERS_METADATA, controller) ?? []) as unknown[];
  return filters.includes(PageErrorFilter);
}

function isAlsoForCurators(
  controller: ControllerClass,
  handler: () => unknown,
  reflector: Reflector,
): boolean {
  const targets = [handler, controller as unknown as () => unknown];
  return reflector.getAllAndOverride(AdminGuard.AlsoCurators, targets) === true;
}
